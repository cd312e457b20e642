/** A finished run's folder as the page needs it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readSummary, type FinishedSummary } from "../../compare/finished-summary.ts";
import { readEvents } from "../../compare/run-folder.ts";
import { RULE_TEXTS } from "../../evidence/rules/rule-texts.ts";
import { DECISION_LOG, FABRIC_CAPTURE } from "../../worlds/live/run-network.ts";
import { encodePackets, type PacketRow } from "../model/packet-columns.ts";
import type { ActionData, FindingData, PacketHead, RunData, RungData } from "../model/run-data.ts";
import type { CaptureClock } from "./capture-clock.ts";
import { captureFilesOf, clockOfCaptures, journalOf, type ReportedCapture } from "./capture-files.ts";
import { gatherConsole } from "./console-lines.ts";
import { momentOf } from "./moment.ts";
import { gatherPackets } from "./packets.ts";
import { MAX_SHOWN_EVENTS, placeEvents } from "./placed-events.ts";
import { capturingHosts, readPlan, type ReadPlan } from "./read-plan.ts";
import { citationsIn, RULE_PACKETS, type Citation } from "./rule-packets.ts";
import { rungsOf } from "./rungs-of-run.ts";
import { sessionKeysOf } from "./session-keys.ts";
import { tracesOf, verdictDataOf } from "./verdict-data.ts";

export interface GatheredRun {
  readonly data: RunData;
  /** Of `data.packets`. */
  readonly packets: Uint8Array;
  /** What of the run could not be read, each with its code. */
  readonly problems: readonly string[];
}

/** @param folder of a finished run @param result its summary, where it is known already @throws HarnessError `run-damaged` */
export async function gatherRun(folder: string, result = readSummary(folder)): Promise<GatheredRun> {
  const plan = readPlan(folder);
  const rungs = rungsOf(result);
  const files = captureFilesOf(folder, plan);
  const problems = missingCaptures(folder, files, plan);
  const journal = journalOf(files);
  const clock = await clockOfCaptures(files, journal, rungs, result.startedAt);
  const times = [...rungs.flatMap(({ reachedMs }) => reachedMs ?? []), ...result.actions.map(({ atMs }) => atMs)];
  const consoles = result.nodes.map(({ name, tail }) => gatherConsole(folder, name, times, tail));
  const citations = result.evidence.map(({ saw }) => citationsIn(saw, FABRIC_CAPTURE));
  const keys = await sessionKeysOf(
    folder,
    files.map(({ path }) => path),
    capturingHosts(plan),
  );
  const cited = new Set(citations.flat().map(({ place, number }) => `${place} ${number}`));
  const gathered = await gatherPackets({ files, keys, clock, times, cited });
  const findings = result.evidence.map((found, at) => findingOf(found, rowsOf(citations[at] ?? [], gathered)));
  const placed = result.nodes.map(({ name, bootMs }) => placeEvents(name, readEvents(folder, name), rungs, bootMs));
  const events = placed.flatMap(({ shown }) => shown);
  const data = {
    ...headOf(result, folder),
    moment: momentOf(
      result,
      rungs,
      consoles.map(({ console }) => console),
      citedMs(result, findings, gathered.rows),
    ),
    endMs: Math.max(result.timing?.machineMs ?? 0, ...rungs.map(({ reachedMs }) => reachedMs ?? 0)),
    rungs: rungs.map((rung) => ({ ...rung, findings: findingsAbout(rung, findings) })),
    findings,
    consoles: consoles.map(({ console }) => console),
    events: events.slice(0, MAX_SHOWN_EVENTS),
    congestion: placed.flatMap(({ congestion }) => congestion),
    actions: actionsOf(result, journal, clock),
    packets: gathered.head.total === 0 ? undefined : gathered.head,
    leftOut: [
      ...problems,
      ...consoles.flatMap(({ leftOut }) => leftOut),
      ...(events.length > MAX_SHOWN_EVENTS
        ? [`${events.length - MAX_SHOWN_EVENTS} later events are in NODE-events.ndjson only`]
        : []),
      ...gathered.leftOut,
    ],
  };
  return { data, packets: encodePackets(gathered.rows), problems };
}

function headOf(
  result: FinishedSummary,
  folder: string,
): Omit<
  RunData,
  "moment" | "endMs" | "rungs" | "findings" | "consoles" | "events" | "congestion" | "actions" | "packets" | "leftOut"
> {
  const { profile, proves, seed, startedAt, accelerator, again, nodes, complaints } = result;
  return {
    ...{ profile, proves, seed, startedAt, accelerator, folder, again },
    verdict: verdictDataOf(result, folder),
    nodes: nodes.map(({ name, guest, exit, exitDetail, bootMs }) => {
      return { name, guest, ending: exitDetail === undefined ? exit : `${exit} (${exitDetail})`, bootMs };
    }),
    said: complaints,
    traces: tracesOf(result),
  };
}

function findingOf(found: FinishedSummary["evidence"][number], cited: readonly number[]): FindingData {
  const { rule, marker, node, saw, verdict } = found;
  const about = RULE_PACKETS[rule] ?? {};
  const text = Object.hasOwn(RULE_TEXTS, rule) ? (RULE_TEXTS[rule] ?? "") : "";
  return { rule, text, verdict, saw, marker, node, cited, about: node === undefined ? about : { ...about, node } };
}

function findingsAbout({ marker, node }: RungData, findings: readonly FindingData[]): number[] {
  return findings.flatMap((one, at) => (one.marker === marker && (one.node ?? node) === node ? at : []));
}

function rowsOf(
  citations: readonly Citation[],
  { head, rows }: { readonly head: PacketHead; readonly rows: readonly PacketRow[] },
): number[] {
  return citations.flatMap(({ place, isTap, number }) => {
    if (isTap) {
      const tap = head.taps.indexOf(place);
      let count = 0;
      const at = rows.findIndex((row) => row.tap === tap && ++count === number);
      return at < 0 ? [] : at;
    }
    const file = head.files.indexOf(place);
    const at = rows.findIndex((row) => row.file === file && row.number === number);
    return at < 0 ? [] : at;
  });
}

/** A rung that did not come names no packet; who looked on and saw an end break the specification before that does. */
const WITHOUT_A_RULE: ReadonlySet<string> = new Set(["exited", "hung"]);
const OBSERVER = "observer";

/** When the packet was seen that the first failure names, or that explains it. */
function citedMs(
  { failures: [failure] }: FinishedSummary,
  findings: readonly FindingData[],
  rows: readonly PacketRow[],
): number | undefined {
  const naming = WITHOUT_A_RULE.has(failure?.code ?? "") ? OBSERVER : failure?.rule;
  const speaking = findings.find(({ rule, verdict }) => rule === naming && verdict === "contradicted");
  const row = rows[speaking?.cited[0] ?? -1];
  return row === undefined ? undefined : row.timeUs / 1000;
}

/** Of the switch's journal what is no marker: triggers of faults, boots, mappings of a gateway. Actions are in the summary. */
function actionsOf(
  { actions, nodes }: FinishedSummary,
  journal: readonly { readonly message: string; readonly timeUs: number }[],
  { offsetUs }: CaptureClock,
): ActionData[] {
  const isLine = (message: string): boolean => nodes.some(({ name }) => message.startsWith(`${name}: `));
  const remarks = journal
    .filter(({ message }) => !isLine(message) && !message.startsWith("action: "))
    .map(({ message, timeUs }) => ({ atMs: (timeUs - offsetUs) / 1000, what: message }));
  return [...actions.map(({ what, atMs }) => ({ what, atMs })), ...remarks].sort((a, b) => a.atMs - b.atMs);
}

/** Machines on a network leave captures; a switch that decided anything leaves its own. */
function missingCaptures(folder: string, files: readonly ReportedCapture[], plan: ReadPlan | undefined): string[] {
  const lacksSwitch = existsSync(join(folder, DECISION_LOG)) && !files.some(({ name }) => name === FABRIC_CAPTURE);
  const lacksAll = files.length === 0 && (plan?.networks.length ?? 0) > 0;
  if (!lacksSwitch && !lacksAll) return [];
  const what = lacksSwitch ? FABRIC_CAPTURE : "every capture";
  return [
    `capture-missing: ${what} of the run is gone: ${files.length === 0 ? "no packets are shown" : "what each NIC saw is shown instead"}`,
  ];
}
