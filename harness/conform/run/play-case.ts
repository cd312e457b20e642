/** One case against one target. */
import { PeerError } from "../../peer/transport/changes.ts";
import { DialledStage, type ToldWait } from "../stage/dialled-stage.ts";
import { type ConformCase, type DiallingCase, Inconclusive, type ListeningCase } from "../stage/conform-case.ts";
import type { DialledLane, Lane } from "../stage/ground.ts";
import { LoopLag } from "../stage/loop-lag.ts";
import { PacketTrace } from "../stage/packet-trace.ts";
import type { ConformResult } from "./conform-result.ts";
import { stageOn, type TargetSurroundings, traceOf } from "./look-around.ts";

/** @returns why it can't be asked; undefined: it can */
export function obstacleOf(one: ListeningCase, { missing, services }: TargetSurroundings): string | undefined {
  const { over, needs = [] } = one;
  if (over !== "tcp" && missing.udp !== undefined) return `no udp-sec at the target: ${missing.udp}`;
  if (over !== "udp" && missing.tcp !== undefined) return `no TCP at the target: ${missing.tcp}`;
  const lacking = needs.filter((service) => !services.has(service));
  return lacking.length === 0 ? undefined : `the target doesn't serve ${lacking.join(", ")}`;
}

/** @returns why a dialler in that mode can't be asked; undefined: it can */
export function obstacleOfMode({ mode, over }: DiallingCase, dialler: DialledLane["mode"]): string | undefined {
  if (mode === dialler) return undefined;
  // Unanswered, `auto` takes TCP; and over udp-sec it does what `udp-sec` does.
  if (over === "tcp" && dialler === "auto") return undefined;
  if (over === "udp" && dialler === "udp-sec") return undefined;
  return `it takes a dialler in the mode ${mode}, and this one is in ${dialler} (--mode)`;
}

export function inconclusive(conformCase: ConformCase, detail: string): ConformResult {
  return {
    conformCase,
    verdict: "inconclusive",
    detail,
    durationMs: 0,
    starvedMs: 0,
    packets: [],
    packetsLeftOff: 0,
    keyLog: [],
  };
}

export function playCase(conformCase: ListeningCase, lane: Lane, patienceMs: number): Promise<ConformResult> {
  const trace = traceOf(lane);
  const stage = stageOn(lane, patienceMs, trace);
  return played(conformCase, stage, trace, () => conformCase.run(stage));
}

/** It listens at once; the target may be told to dial after this. */
export function playDialledCase(
  conformCase: DiallingCase,
  { at, targetId, stranger, dialPatienceMs }: DialledLane,
  patienceMs: number,
  waits?: ToldWait,
): Promise<ConformResult> {
  const ownPort = at.place.port;
  const trace = new PacketTrace(({ port }) => port !== ownPort);
  const stage = new DialledStage({ at, targetId, stranger, patienceMs, dialPatienceMs, trace, waits });
  return played(conformCase, stage, trace, () => conformCase.run(stage));
}

async function played(
  conformCase: ConformCase,
  stage: { readonly end: () => void },
  trace: PacketTrace,
  run: () => Promise<void>,
): Promise<ConformResult> {
  const startedMs = performance.now();
  const lag = new LoopLag();
  const outcome = await run().then(
    () => ({ verdict: "pass", detail: "" }) as const,
    (error: unknown) => outcomeOf(error),
  );
  stage.end();
  lag.end();
  const starvedMs = Math.round(lag.worstMs);
  const durationMs = Math.round(performance.now() - startedMs);
  const [packets, keyLog] = outcome.verdict === "pass" ? [[], []] : [trace.packets, trace.keyLog];
  return { conformCase, ...outcome, durationMs, starvedMs, packets, packetsLeftOff: trace.leftOff, keyLog };
}

function outcomeOf(error: unknown): { readonly verdict: "fail" | "inconclusive"; readonly detail: string } {
  if (error instanceof Inconclusive) return { verdict: "inconclusive", detail: error.message };
  if (error instanceof PeerError)
    return { verdict: "fail", detail: error.message.replaceAll("the guest", "the target") };
  // Whatever the suite itself does wrong speaks neither for nor against the target, and ends no other case.
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { verdict: "inconclusive", detail: `a bug of the suite: ${words}` };
}
