/** One case against one target. */
import { PeerError } from "../../peer/transport/changes.ts";
import { Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import type { Lane } from "../stage/ground.ts";
import type { ConformResult } from "./conform-result.ts";
import { stageOn, type TargetSurroundings, traceOf } from "./look-around.ts";

/** @returns why it can't be asked; undefined: it can */
export function obstacleOf(
  { over, needs = [] }: ListeningCase,
  { missing, services }: TargetSurroundings,
): string | undefined {
  if (over !== "tcp" && missing.udp !== undefined) return `no udp-sec at the target: ${missing.udp}`;
  if (over !== "udp" && missing.tcp !== undefined) return `no TCP at the target: ${missing.tcp}`;
  const lacking = needs.filter((service) => !services.has(service));
  return lacking.length === 0 ? undefined : `the target doesn't serve ${lacking.join(", ")}`;
}

export function inconclusive(conformCase: ListeningCase, detail: string): ConformResult {
  return { conformCase, verdict: "inconclusive", detail, durationMs: 0, packets: [], packetsLeftOff: 0, keyLog: [] };
}

export async function playCase(conformCase: ListeningCase, lane: Lane, patienceMs: number): Promise<ConformResult> {
  const startedMs = performance.now();
  const trace = traceOf(lane);
  const stage = stageOn(lane, patienceMs, trace);
  const outcome = await conformCase.run(stage).then(
    () => ({ verdict: "pass", detail: "" }) as const,
    (error: unknown) => outcomeOf(error),
  );
  stage.end();
  const durationMs = Math.round(performance.now() - startedMs);
  const [packets, keyLog] = outcome.verdict === "pass" ? [[], []] : [trace.packets, trace.keyLog];
  return { conformCase, ...outcome, durationMs, packets, packetsLeftOff: trace.leftOff, keyLog };
}

function outcomeOf(error: unknown): { readonly verdict: "fail" | "inconclusive"; readonly detail: string } {
  if (error instanceof Inconclusive) return { verdict: "inconclusive", detail: error.message };
  if (error instanceof PeerError)
    return { verdict: "fail", detail: error.message.replaceAll("the guest", "the target") };
  // Whatever the suite itself does wrong speaks neither for nor against the target, and ends no other case.
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { verdict: "inconclusive", detail: `a bug of the suite: ${words}` };
}
