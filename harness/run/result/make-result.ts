import { readFileSync } from "node:fs";
import { formatTranscriptLine } from "../../console/transcript.ts";
import type { Profile } from "../../profiles/schema.ts";
import { exitDetail } from "../../worlds/live/node-exit.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { Whereabouts } from "../../worlds/live/whereabouts.ts";
import { complaintsOf, crashesOf, doingOf, whyMissing } from "./guests-words.ts";
import { nearestLine } from "./nearest-line.ts";
import type { FinishedNode, FinishedRun } from "../../worlds/live/finished-run.ts";
import type { NodeResult, RunResult } from "./run-result.ts";

export const TAIL_LINES = 40;
/** What all runs of a command share. */
export interface SetUp extends Pick<RunResult, "accelerator" | "acceleratorReason" | "image" | "provenance"> {
  readonly setupMs: number;
}

export interface ResultInput extends Pick<
  RunResult,
  | "profilePath"
  | "seed"
  | "nonce"
  | "again"
  | "rungs"
  | "notes"
  | "evidence"
  | "standings"
  | "cut"
  | "cutAtPhase"
  | "actions"
  | "silentRules"
  | "nodes"
  | "scale"
  | "starvedMs"
  | "artifactsFolder"
  | "parties"
> {
  readonly profile: Pick<Profile, "name" | "proves">;
  readonly startedAt: Date;
  readonly setUp: SetUp;
  readonly finished: FinishedRun;
  readonly whereabouts: readonly Whereabouts[];
  readonly verdict: Verdict;
  readonly evidenceMs: number;
  /** Puts names in the place of what guests call their peers. */
  readonly named: (text: string) => string;
}

/** @returns all that is told of a run, in one record */
export function makeResult(input: ResultInput): RunResult {
  const { profile, startedAt, setUp, finished, whereabouts, verdict, evidenceMs, named, ...asItIs } = input;
  const { setupMs, ...means } = setUp;
  const missing = input.rungs.find((rung) => rung.seen < rung.count);
  const lines = finished.nodes
    .filter(({ name }) => name === missing?.node)
    .flatMap(({ transcript }) => transcript.lines.map((line) => line.text));
  // A marker that came as it should is no other one that went wrong.
  const right = new Set(input.rungs.filter(({ seen }) => seen > 0).map(({ text }) => text));
  return {
    ...{ profile: profile.name, proves: profile.proves },
    startedAt: startedAt.toISOString(),
    ...means,
    ...verdict,
    ...asItIs,
    nearestLine: missing === undefined ? undefined : nearestLine(missing.text, lines, right),
    because: missing === undefined ? undefined : whyMissing(missing, finished.nodes, named),
    complaints: complaintsOf(finished.nodes, named),
    crashes: crashesOf(finished.nodes, setUp.image["agentSha256"]),
    doing: doingOf(whereabouts, setUp.image["agentSha256"]),
    timing: { setupMs, machineMs: finished.endedMs, evidenceMs },
    fabric: finished.fabric,
  };
}

export function describeNode(node: FinishedNode): NodeResult {
  const { name, exit, transcript, bootMs, readyMs } = node;
  return {
    name,
    guest: node.planned.plan.kind.name,
    exit: node.files === undefined ? "not-started" : (exit?.kind ?? "ended"),
    exitDetail: exit === undefined ? undefined : exitDetail(exit),
    ...{ bootMs, readyMs },
    tail: transcript.tail(TAIL_LINES).map(formatTranscriptLine),
    events: node.events.length,
    eventPortDamage: node.damage.length,
    facts: factsOf(node),
  };
}

function factsOf({ files, planned }: FinishedNode): Record<string, string> {
  const { readInitReport } = planned.plan.kind;
  if (files === undefined || readInitReport === undefined) return {};
  try {
    return Object.fromEntries(readInitReport(readFileSync(files.initLogPath, "utf8")).facts);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}
