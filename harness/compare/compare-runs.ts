/** Where two runs part: by rung, by event, by packet, by metric. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { readPacketTrace, type TracedPacket } from "../evidence/scene/packet-trace.ts";
import { SESSION_PORT } from "../topology/addressing.ts";
import { readSummary, type FinishedRung, type FinishedSummary } from "./finished-summary.ts";
import { readEvents } from "./run-folder.ts";
import { firstDifference } from "./first-difference.ts";

export interface Parting {
  readonly kind: "verdict" | "rung" | "event" | "packet" | "metric";
  /** Node, source or NIC. */
  readonly where: string;
  readonly good: string;
  readonly bad: string;
}

/** These come when their time comes: two good runs differ in them. */
const BY_THE_CLOCK: ReadonlySet<string> = new Set([EventKind.METRICS, EventKind.CONGESTION]);
/** Of an event, what says what happened; figures and ids differ from run to run. */
const TELLING_FIELDS = ["text", "probe", "service", "transport", "dialled", "code", "process", "status", "reason"];
/** A metric counts as different from here on. */
const NOTABLE_FACTOR = 1.5;

/** @returns the verdicts if they differ, then the first place of each kind */
export async function compareRuns(goodFolder: string, badFolder: string): Promise<Parting[]> {
  const [good, bad] = [readSummary(goodFolder), readSummary(badFolder)];
  const packets = await comparePackets(goodFolder, badFolder);
  return [
    ...compareVerdicts(good, bad),
    ...compareRungs(good.rungs, bad.rungs),
    ...good.nodes.flatMap(({ name }) => compareEvents(readEvents(goodFolder, name), readEvents(badFolder, name), name)),
    ...packets,
    ...compareMetrics(good, bad),
  ];
}

function compareVerdicts(good: FinishedSummary, bad: FinishedSummary): Parting[] {
  if (good.code === bad.code) return [];
  const of = ({ code, detail }: FinishedSummary): string => (code === detail ? code : `${code}: ${detail}`);
  return [{ kind: "verdict", where: "run", good: of(good), bad: of(bad) }];
}

/** By node, in the order in which they were reached. */
export function compareRungs(good: readonly FinishedRung[], bad: readonly FinishedRung[]): Parting[] {
  const nodes = [...new Set([...good, ...bad].map(({ node }) => node))];
  return nodes.flatMap((node) => {
    const reached = (rungs: readonly FinishedRung[]): FinishedRung[] =>
      rungs
        .filter((rung) => rung.node === node && rung.reachedMs !== undefined)
        .sort((a, b) => (a.reachedMs ?? 0) - (b.reachedMs ?? 0));
    const found = firstDifference(reached(good), reached(bad), ({ marker }) => marker);
    if (found === undefined) return [];
    const of = (rung: FinishedRung | undefined): string =>
      rung === undefined ? "no further rung" : `"${rung.text}" after ${((rung.reachedMs ?? 0) / 1000).toFixed(3)} s`;
    return [{ kind: "rung" as const, where: node, good: of(found.left), bad: of(found.right) }];
  });
}

/** Source by source: between sources the order is free. */
export function compareEvents(good: readonly EventLine[], bad: readonly EventLine[], node: string): Parting[] {
  const sources = [...new Set([...good, ...bad].map(({ source }) => source))];
  return sources.flatMap((source) => {
    const of = (events: readonly EventLine[]): EventLine[] =>
      events.filter((event) => event.source === source && !BY_THE_CLOCK.has(event.kind));
    const found = firstDifference(of(good), of(bad), describeEvent);
    if (found === undefined) return [];
    const [left, right] = [found.left, found.right].map((event) =>
      event === undefined ? "no further event" : `${describeEvent(event)} (line ${event.seq})`,
    );
    return [{ kind: "event" as const, where: `${node}/${source}`, good: left ?? "", bad: right ?? "" }];
  });
}

function describeEvent({ kind, data }: EventLine): string {
  const telling = TELLING_FIELDS.filter((field) => ["string", "number", "boolean"].includes(typeof data[field]));
  return [kind, ...telling.map((field) => `${field}=${String(data[field])}`)].join(" ");
}

async function comparePackets(goodFolder: string, badFolder: string): Promise<Parting[]> {
  const captures = readdirSync(goodFolder).filter(
    (name) => /\.pcap(ng)?$/.test(name) && existsSync(join(badFolder, name)),
  );
  const partings = await Promise.all(
    captures.map(async (name): Promise<Parting[]> => {
      const [good, bad] = await Promise.all(
        [goodFolder, badFolder].map((folder) => readPacketTrace(join(folder, name), SESSION_PORT)),
      );
      const found = firstDifference(good ?? [], bad ?? [], ({ what }) => what);
      if (found === undefined) return [];
      const of = (packet: TracedPacket | undefined): string =>
        packet === undefined
          ? "no further packet"
          : `${packet.what} (packet ${found.index + 1}, frame ${packet.frame})`;
      return [{ kind: "packet", where: name, good: of(found.left), bad: of(found.right) }];
    }),
  );
  return partings.flat();
}

/** What each rung took, as multiples of the run's own scale: a slower machine alone is no difference. */
export function compareMetrics(good: FinishedSummary, bad: FinishedSummary): Parting[] {
  const pairs = good.rungs.flatMap((rung) => {
    const other = bad.rungs.find(({ node, marker }) => node === rung.node && marker === rung.marker);
    if (rung.tookMs === undefined || other?.tookMs === undefined) return [];
    const [goodMs, badMs] = [rung.tookMs / good.scale, other.tookMs / bad.scale];
    const factor = Math.max(goodMs, badMs) / Math.max(1, Math.min(goodMs, badMs));
    return [{ rung, goodMs, badMs, factor }];
  });
  const [most] = pairs.filter(({ factor }) => factor >= NOTABLE_FACTOR).sort((a, b) => b.factor - a.factor);
  if (most === undefined) return [];
  const of = (ms: number): string => `${(ms / 1000).toFixed(2)} s at scale 1`;
  return [{ kind: "metric", where: `time to "${most.rung.text}"`, good: of(most.goodMs), bad: of(most.badMs) }];
}
