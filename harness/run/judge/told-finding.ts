/**
 * What processes told beside their markers. It confirms nothing by itself; a run whose own processes deny it is not green: a probe that
 * failed, a process that died, a marker in the mouth of another process, a session that its peer is said to have closed with a code that
 * nobody sent.
 */
import { EventKind } from "../../../contract/events.ts";
import type { ReceivedEvent } from "../../console/event-collector.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { TOLD_RULE } from "../../evidence/rules/rule-texts.ts";
import { printersOf, type Manifest } from "../../markers/manifest.ts";
import type { JudgeReport } from "../../observer/judging/judge-report.ts";

export interface ToldNode {
  readonly name: string;
  readonly events: readonly ReceivedEvent[];
}

/** The second life of a process, or the second of its kind, has a number. */
const NUMBER = /-\d+$/;
/** How the harness asks a process to end. */
const ASKED_TO_END = "SIGTERM";

/** @param report what the observer followed; undefined: nothing */
export function toldFinding(
  nodes: readonly ToldNode[],
  manifest: Manifest,
  report: JudgeReport | undefined,
): EvidenceFinding {
  const found = (finding: EvidenceFinding["finding"], saw: string): EvidenceFinding => {
    return { rule: TOLD_RULE, marker: undefined, finding, saw };
  };
  let count = 0;
  for (const { name, events } of nodes) {
    count += events.length;
    for (const event of events) {
      const problem = problemOf(event, manifest, report);
      if (problem !== undefined) return found("contradicted", `${name}: ${event.source}: ${problem}`);
    }
  }
  if (count === 0) return found("unavailable", "nobody told anything");
  return found("confirmed", `${count} events, none of which denies a marker`);
}

function problemOf(
  { kind, source, data }: ReceivedEvent,
  manifest: Manifest,
  report: JudgeReport | undefined,
): string | undefined {
  switch (kind) {
    case EventKind.PROBE_FAILED:
      return `the probe ${wordOf(data["probe"])} failed`;
    case EventKind.FATAL:
      return `it ended because of ${wordOf(data["code"])}`;
    case EventKind.PROCESS_ENDED:
      return deathOf(data);
    case EventKind.MARKER:
      return speakerProblem(source, wordOf(data["text"]), manifest);
    case EventKind.SESSION_CLOSED:
      return inventedClose(data["end"], report);
    default:
      return undefined;
  }
}

function deathOf({ process, status, signal, expected }: ReceivedEvent["data"]): string | undefined {
  const isInOrder = (status === 0 && signal === null) || (status === null && signal === ASKED_TO_END);
  if (isInOrder && expected === true) return undefined;
  const how = typeof signal === "string" ? signal : `status ${wordOf(status)}`;
  return `${wordOf(process)} ended with ${how}, which nobody planned`;
}

function speakerProblem(source: string, text: string, manifest: Manifest): string | undefined {
  const marker = manifest.match(text)?.marker;
  if (marker === undefined || printersOf(marker).includes(source.replace(NUMBER, ""))) return undefined;
  return `it says "${text}", which is for ${marker.process} to say`;
}

/** A CLOSE that a peer sent was on the wire. */
function inventedClose(end: unknown, report: JudgeReport | undefined): string | undefined {
  if (typeof end !== "object" || end === null || report === undefined || report.unjudged.length > 0) return undefined;
  const { by, code, name } = end as { readonly by?: unknown; readonly code?: unknown; readonly name?: unknown };
  if (by !== "peer" || typeof code !== "number" || code === 0) return undefined;
  const isSeen = report.sessions.some(({ initiator, responder }) =>
    [initiator, responder].some(({ followed }) => followed?.close?.code === code),
  );
  return isSeen ? undefined : `a session closed by its peer with ${wordOf(name)}, which nobody sent`;
}

/** Who lies may tell anything in the place of a word, an object that can't be written down included. */
function wordOf(told: unknown): string {
  return typeof told === "object" && told !== null ? "something" : String(told);
}
