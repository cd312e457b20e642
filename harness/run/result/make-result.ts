import { readFileSync } from "node:fs";
import { EventKind } from "../../../contract/events.ts";
import { formatTranscriptLine } from "../../console/transcript.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { parseInitReport } from "../../guests/init-report.ts";
import { failureCode } from "../../markers/failure-code.ts";
import type { RunFailure, LadderNote, RungState } from "../../markers/ladder-spec.ts";
import { verdictText } from "../../markers/verdict-codes.ts";
import type { Profile } from "../../profiles/schema.ts";
import { exitDetail } from "../../worlds/live/node-exit.ts";
import { nearestLine } from "./nearest-line.ts";
import type { FinishedNode, FinishedRun } from "../../worlds/live/finished-run.ts";
import type { NodeResult, RunResult } from "./run-result.ts";

export const TAIL_LINES = 40;
const MAX_COMPLAINTS = 8;
const COMPLAINT_KINDS: ReadonlySet<string> = new Set([
  EventKind.PROBE_FAILED,
  EventKind.SERVICE_FAILED,
  EventKind.DIAL_FAILED,
  EventKind.FATAL,
]);
const MAX_COMPLAINT_UNITS = 400;

export interface ResultInput {
  readonly profile: Profile;
  readonly seed: string;
  /** The command that makes this run again. */
  readonly again: string;
  readonly setUp: Pick<RunResult, "accelerator" | "acceleratorReason" | "image"> & { readonly setupMs: number };
  readonly startedAt: Date;
  readonly failures: readonly RunFailure[];
  readonly notes: readonly LadderNote[];
  readonly rungs: readonly RungState[];
  readonly evidence: readonly EvidenceFinding[];
  readonly nodes: readonly NodeResult[];
  readonly finished: FinishedRun;
  readonly scale: number;
  readonly evidenceMs: number;
  readonly folder: string;
}

/** The first failure names the run; the others are in the summary. */
export function makeResult(input: ResultInput): RunResult {
  const { failures, rungs, profile } = input;
  const { setupMs, ...means } = input.setUp;
  const [first] = failures;
  const code = first?.code ?? "passed";
  const missing = rungs.find((rung) => rung.seen < rung.count);
  const lines = input.finished.nodes
    .filter(({ name }) => name === missing?.node)
    .flatMap(({ transcript }) => transcript.lines.map((line) => line.text));
  return {
    profile: profile.name,
    proves: profile.proves,
    seed: input.seed,
    startedAt: input.startedAt.toISOString(),
    ...means,
    passed: first === undefined,
    code,
    fullCode: first === undefined ? code : failureCode(first),
    detail: first === undefined ? verdictText(code).title : first.detail,
    failures,
    notes: input.notes,
    rungs,
    evidence: input.evidence,
    nodes: input.nodes,
    nearestLine: missing === undefined ? undefined : nearestLine(missing.text, lines),
    complaints: complaintsOf(input.finished.nodes),
    scale: input.scale,
    timing: { setupMs, machineMs: input.finished.endedMs, evidenceMs: input.evidenceMs },
    fabric: input.finished.fabric,
    artifactsFolder: input.folder,
    again: input.again,
  };
}

export function describeNode(
  node: FinishedNode,
  times: { readonly bootMs: number | undefined; readonly readyMs: number | undefined },
): NodeResult {
  const { exit, transcript } = node;
  return {
    name: node.name,
    guest: node.planned.plan.kind.name,
    exit: node.files === undefined ? "not-started" : (exit?.kind ?? "ended"),
    exitDetail: exit === undefined ? undefined : exitDetail(exit),
    ...times,
    tail: transcript.tail(TAIL_LINES).map(formatTranscriptLine),
    events: node.events.length,
    eventPortDamage: node.damage.length,
    facts: factsOf(node),
  };
}

function factsOf({ files, planned }: FinishedNode): Record<string, string> {
  if (files === undefined || !planned.plan.kind.hasInitPort) return {};
  try {
    return Object.fromEntries(parseInitReport(readFileSync(files.initLogPath, "utf8")).facts);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** What the guest's processes said went wrong, for the failure block. */
function complaintsOf(nodes: readonly FinishedNode[]): string[] {
  return nodes
    .flatMap(({ name, events }) =>
      events
        .filter((event) => COMPLAINT_KINDS.has(event.kind))
        .map(({ source, kind, data }) =>
          `${name}/${source} ${kind} ${JSON.stringify(data)}`.slice(0, MAX_COMPLAINT_UNITS),
        ),
    )
    .slice(-MAX_COMPLAINTS);
}
