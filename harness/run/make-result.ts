import { readFileSync } from "node:fs";
import { EventKind } from "../../contract/events.ts";
import { formatTranscriptLine } from "../console/transcript.ts";
import type { FabricStats } from "../fabric/fabric.ts";
import type { EvidenceFinding } from "../evidence/verdicts/evidence-finding.ts";
import { parseInitReport } from "../guests/init-report.ts";
import { failureCode } from "../markers/failure-code.ts";
import type { LadderFailure, LadderNote, RungState } from "../markers/ladder-spec.ts";
import { verdictText } from "../markers/verdict-codes.ts";
import type { Profile } from "../profiles/schema.ts";
import { exitDetail } from "./machine-ending.ts";
import { nearestLine } from "./nearest-line.ts";
import type { NodeSession } from "./node-session.ts";
import type { Equipment, RunRequest } from "./run-plan.ts";
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
  readonly request: RunRequest;
  readonly equipment: Equipment;
  readonly startedAt: Date;
  readonly failures: readonly LadderFailure[];
  readonly notes: readonly LadderNote[];
  readonly rungs: readonly RungState[];
  readonly evidence: readonly EvidenceFinding[];
  readonly nodes: readonly NodeResult[];
  readonly sessions: readonly NodeSession[];
  readonly scale: number;
  readonly machineMs: number;
  readonly evidenceMs: number;
  readonly fabric?: FabricStats | undefined;
  readonly folder: string;
}

/** The first failure names the run; the others are in the summary. */
export function makeResult(input: ResultInput): RunResult {
  const { request, equipment, failures, rungs, profile } = input;
  const [first] = failures;
  const code = first?.code ?? "passed";
  const missing = rungs.find((rung) => rung.seen < rung.count);
  const lines = input.sessions
    .filter((session) => session.name === missing?.node)
    .flatMap((session) => session.console.transcript.lines.map((line) => line.text));
  return {
    profile: profile.name,
    proves: profile.proves,
    seed: request.seed,
    startedAt: input.startedAt.toISOString(),
    accelerator: equipment.accelerator,
    acceleratorReason: equipment.acceleratorReason,
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
    complaints: complaintsOf(input.sessions),
    scale: input.scale,
    timing: { setupMs: equipment.setupMs, machineMs: input.machineMs, evidenceMs: input.evidenceMs },
    fabric: input.fabric,
    image: Object.assign({}, ...[...equipment.kinds.values()].map(({ image }) => image.origin)) as Record<
      string,
      string
    >,
    artifactsFolder: input.folder,
    again: request.again,
  };
}

export function describeNode(
  session: NodeSession,
  times: { readonly bootMs: number | undefined; readonly readyMs: number | undefined },
): NodeResult {
  const { exit, console } = session;
  return {
    name: session.name,
    guest: session.planned.node.guest,
    exit: session.machine === undefined ? "not-started" : (exit?.kind ?? "ended"),
    exitDetail: exit === undefined ? undefined : exitDetail(exit),
    ...times,
    tail: console.transcript.tail(TAIL_LINES).map(formatTranscriptLine),
    events: console.events.events.length,
    eventPortDamage: console.events.damage.length,
    facts: factsOf(session),
  };
}

function factsOf({ machine, hasInitPort }: NodeSession): Record<string, string> {
  if (machine === undefined || !hasInitPort) return {};
  try {
    return Object.fromEntries(parseInitReport(readFileSync(machine.initLogPath, "utf8")).facts);
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** What the guest's processes said went wrong, for the failure block. */
function complaintsOf(sessions: readonly NodeSession[]): string[] {
  return sessions
    .flatMap(({ name, console }) =>
      console.events.events
        .filter((event) => COMPLAINT_KINDS.has(event.kind))
        .map(({ source, kind, data }) =>
          `${name}/${source} ${kind} ${JSON.stringify(data)}`.slice(0, MAX_COMPLAINT_UNITS),
        ),
    )
    .slice(-MAX_COMPLAINTS);
}
