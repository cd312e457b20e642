import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { BULK_CANARY } from "../../../contract/configuration.ts";
import { parseGuestConfiguration } from "../../../contract/parse-configuration.ts";
import { EventKind } from "../../../contract/events.ts";
import type { ReceivedEvent } from "../../console/event-collector.ts";
import type {
  CaptureSource,
  CongestionSample,
  EvidenceInput,
  ListedDevice,
  PrintedMarker,
  SessionKeyRecord,
} from "../../evidence/scene/evidence-input.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { judgeEvidence } from "../../evidence/findings/judge-evidence.ts";
import type { WirePlan } from "../../evidence/scene/wire-plan.ts";
import type { InitReport } from "../../guests/init-report.ts";
import type { RungState } from "../../markers/ladder-spec.ts";
import { markerLine, type Manifest } from "../../markers/manifest.ts";
import { linkRulesOfProfile } from "../../fabric/profile-links.ts";
import type { Profile } from "../../profiles/schema.ts";
import { networksOfNics, type Plan } from "../../topology/plan.ts";
import type { FinishedNode, FinishedRun } from "../../worlds/live/finished-run.ts";
import type { PlannedNode } from "../../worlds/live/launch.ts";
import { dialsOf, faultsOf } from "./evidence-expectations.ts";
import { initFinding } from "./init-finding.ts";
import { judgeWork } from "./judge-work.ts";
import { listenersOf, type Listeners } from "./listeners.ts";
import { countersOfReport } from "./counters-of-report.ts";
import { endingFinding } from "./machine-ending.ts";
import { observeRun } from "./observe-run.ts";
import { nicOfSource, nicsOfPrinter } from "./process-nics.ts";
import { plannedWork } from "./planned-work.ts";
import { recomputedFaults } from "./recomputed-faults.ts";
import type { RememberedKeys } from "./remembered-keys.ts";
import { toldFinding } from "./told-finding.ts";
import { wirePlanOf } from "./wire-plan.ts";

/** What is judged: what the run left, and what was expected of it. */
export interface EndedRun {
  readonly profile: Profile;
  readonly manifest: Manifest;
  readonly rungs: readonly RungState[];
  readonly finished: FinishedRun;
  readonly plan: Plan;
  /** The log of an earlier run decided the faults. */
  readonly isReplay?: boolean;
  /** Rules that are asked as well, of which nothing follows for the run. */
  readonly consulted?: readonly string[] | undefined;
}

/** @param history of the ephemeral keys of earlier runs @returns what QMP, the captures and init's counters say about a run that has ended */
export async function gatherEvidence(run: EndedRun, history?: RememberedKeys): Promise<EvidenceFinding[]> {
  const endings = run.finished.nodes.map(({ name, exit, expected }) => ({
    node: name,
    exit: exit ?? ({ kind: "ended" } as const),
    expected,
    isToBeKilled: run.profile.action.some((action) => action.kind === "kill" && action.node === name),
  }));
  const findings = [endingFinding(endings), await initFinding(run.finished.nodes, run.profile, run.rungs)];
  // Without a NIC there is no wire to look at: QMP alone is the source.
  if (run.profile.network.kind === "none")
    return [...findings, toldFinding(run.finished.nodes, run.manifest, undefined)];
  const observed = await observeRun(run.finished, run.plan, history);
  for (const listeners of listenersOf(run.profile, run.finished.ports)) {
    const more = await judgeEvidence(await evidenceInput(run, listeners, observed.keys));
    // A rule of the whole wire finds the same whoever is asked about.
    findings.push(...more.filter((one) => !findings.some((known) => isDeepStrictEqual(known, one))));
  }
  const work = judgeWork(run.rungs, run.manifest, plannedWork(run.plan), observed.report);
  const told = toldFinding(run.finished.nodes, run.manifest, observed.report);
  return [...findings, told, ...observed.findings, ...work, ...(await faultFindings(run))];
}

/** Where a log of earlier decisions took the place of the seed there is nothing to compute. */
async function faultFindings({ profile, finished, plan, isReplay = false }: EndedRun): Promise<EvidenceFinding[]> {
  const { fabricCapture: capturePath } = finished;
  if (profile.network.kind !== "fabric" || capturePath === undefined || isReplay) return [];
  const networks = networksOfNics(plan);
  const networkOf = (nic: string): string | undefined => networks.get(nic);
  return [await recomputedFaults({ capturePath, links: linkRulesOfProfile(profile), seed: plan.seed, networkOf })];
}

async function evidenceInput(
  run: EndedRun,
  { port, nodes: dialled, concerns }: Listeners,
  keys: readonly SessionKeyRecord[],
): Promise<EvidenceInput> {
  const { profile, rungs, finished } = run;
  const { nodes } = finished;
  const reports = await Promise.all(nodes.map(reportOf));
  const counters = reports.map(({ name, report }) => countersOfReport(name, report));
  const isOfSuite = nodes.some(({ name, planned }) => planned.plan.kind.playsSuite === true && dialled.includes(name));
  const withInit = nodes.filter(({ planned }) => planned.plan.kind.readInitReport !== undefined);
  const counted = new Set(counters.flat().map(({ node }) => node));
  return {
    captures: capturesOf(finished),
    sessionPort: port,
    // Nobody dials the suite, and of what it sends itself much must not open: that is the observer's.
    keys: isOfSuite ? [] : keys,
    keyLog: profile.node.some(({ keyLog }) => keyLog ?? profile.keyLog),
    counters: counters.flat(),
    lives: reports.map(({ name, report, pausedMs }) => {
      return { node: name, seconds: lifeOf(report, pausedMs) ?? finished.endedMs / 1_000 };
    }),
    withoutCounters: withInit.map(({ name }) => name).filter((name) => !counted.has(name)),
    markers: rungs
      .filter(({ marker, node }) => concerns({ id: marker, node }))
      .flatMap((rung) => printedMarkers(rung, run)),
    devices: nodes.filter(({ name }) => dialled.includes(name)).flatMap(({ planned }) => devicesOf(planned)),
    canary: BULK_CANARY,
    bulkBytes: profile.workload.bulkBytes,
    ...faultsOf(profile),
    congestion: nodes.flatMap(({ name, events }) => events.flatMap((event) => congestionSample(run.plan, name, event))),
    dials: dialsOf(profile).filter(({ to }) => dialled.some((node) => to === node || to.startsWith(`${node}.`))),
    killed: nodes.filter(({ expected }) => expected === "killed").map(({ name }) => name),
    forgets: profile.action.filter(({ kind }) => kind === "forget").length,
    wire: wirePlan(run),
    required: profile.evidence,
    consulted: run.consulted ?? [],
  };
}

function wirePlan({ plan, finished, isReplay = false }: EndedRun): WirePlan {
  const { gateway, ...wire } = wirePlanOf(plan, finished.ports);
  return gateway === undefined ? wire : { ...wire, gateway: { ...gateway, isReplayed: isReplay } };
}

function printedMarkers(
  { marker, node, reachedMs, seen, fields }: RungState,
  { manifest, plan }: EndedRun,
): PrintedMarker[] {
  const entry = manifest.get(marker);
  if (reachedMs === undefined || entry === undefined) return [];
  const needs = plan.nodes.find((one) => one.node.name === node);
  const nics = needs === undefined ? undefined : nicsOfPrinter(needs, entry);
  const line = markerLine(entry.text, fields);
  const printed = { ...entry, node, ...(nics === undefined ? {} : { nics }), atMs: reachedMs, line };
  return Array.from({ length: seen }, () => printed);
}

/** QEMU's own view at each NIC, and the switch's: two writers that know nothing of each other. */
function capturesOf({ nodes, fabricCapture }: FinishedRun): CaptureSource[] {
  const atNics = nodes.flatMap(({ name, files, planned }) =>
    (files?.capturePaths ?? []).map((path, nic): CaptureSource => {
      const mac = planned.plan.addresses.macs[nic];
      return { node: name, nic, path, ...(mac === undefined ? {} : { mac }) };
    }),
  );
  // Its interfaces carry the names of node and NIC.
  return fabricCapture === undefined ? atNics : [...atNics, { node: "fabric", nic: 0, path: fabricCapture }];
}

/** From what the harness told the node, not from what the node says; on the host, where the machine finds it. */
function devicesOf({ plan, configuration }: PlannedNode): ListedDevice[] {
  if (!plan.kind.runsAgent) return [];
  return parseGuestConfiguration(configuration).processes.flatMap((process) => {
    if (process.kind !== "dsoftbusd") return [];
    const host = plan.addresses.hosts[process.namespace] ?? process.listen.host;
    return [{ host, identitySeed: process.identitySeed }];
  });
}

interface NodeReport {
  readonly name: string;
  readonly report: InitReport | undefined;
  readonly pausedMs: number;
}

async function reportOf({ name, files, planned, pausedMs }: FinishedNode): Promise<NodeReport> {
  const { readInitReport } = planned.plan.kind;
  if (files === undefined || readInitReport === undefined) return { name, report: undefined, pausedMs };
  const text = await readFile(files.initLogPath, "utf8").catch(() => "");
  return { name, report: readInitReport(text), pausedMs };
}

/** Nobody but its processes sends, and init starts them and sees them end. Its clock stands still in a pause, and that of the captures doesn't. */
function lifeOf(report: InitReport | undefined, pausedMs: number): number | undefined {
  if (report?.complete !== true) return undefined;
  const end = Number(report.facts.get("agent_end_s"));
  return Number.isFinite(end) ? end + pausedMs / 1_000 : undefined;
}

function congestionSample(
  { topology }: Plan,
  node: string,
  { kind, source, data, atMs }: ReceivedEvent,
): CongestionSample | [] {
  const { connection, congestion_window: cwndBytes } = data;
  if (kind !== EventKind.CONGESTION || typeof connection !== "string" || typeof cwndBytes !== "number") return [];
  const nic = nicOfSource(topology, node, source);
  return { node, source, ...(nic === undefined ? {} : { nic }), connection, atMs, cwndBytes };
}
