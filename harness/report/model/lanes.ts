/** The lanes of the timeline: for each machine its markers, its console, the events of each process, the packets at each of its NICs. */
import type { PacketColumns } from "./packet-columns.ts";
import { nodeOfTap } from "./packet-selection.ts";
import { contentOf, kindOf, toneOf, type Tone } from "./packet-text.ts";
import type { RunData, RungData } from "./run-data.ts";
import { withoutSgr } from "./sgr.ts";

export type LaneTone = Tone | "good" | "bad" | "word" | "action" | "line" | "event";

export interface TimelineLane {
  readonly node: string | undefined;
  readonly label: string;
  readonly kind: "actions" | "markers" | "console" | "events" | "packets";
  /** In the order of their times. */
  readonly length: number;
  readonly atMs: (index: number) => number;
  readonly tone: (index: number) => LaneTone;
  readonly text: (index: number) => string;
  /** Of the packets: which row it is. */
  readonly row?: (index: number) => number;
  /** Of the packets: 0 sent, 1 received. */
  readonly way?: (index: number) => number;
  /** Of the markers: which rung it is. */
  readonly rung?: (index: number) => number;
  /** Counts in the place of packets, each of so many ms. */
  readonly bins?: readonly {
    readonly atMs: number;
    readonly count: number;
    readonly losses: number;
    readonly bytes: number;
  }[];
}

/** Of one machine: more sources than these share the last lane. */
const MAX_SOURCES = 6;

export function lanesOf(data: RunData, columns: PacketColumns): TimelineLane[] {
  const perNode = data.nodes.map(({ name }) => [
    markerLane(data, name),
    consoleLane(data, name),
    ...eventLanes(data, name),
    ...packetLanes(data, columns, name),
  ]);
  const known = new Set(data.nodes.map(({ name }) => name));
  const others = (data.packets?.taps ?? []).filter((tap) => !known.has(nodeOfTap(tap)));
  return [...actionLane(data), ...perNode.flat(), ...others.flatMap((tap) => packetLane(data, columns, tap))].filter(
    ({ length, kind }) => length > 0 || kind === "markers",
  );
}

function actionLane({ actions }: RunData): TimelineLane[] {
  return [
    {
      ...{ node: undefined, label: "actions, faults", kind: "actions", length: actions.length },
      atMs: (at) => actions[at]?.atMs ?? 0,
      tone: () => "action",
      text: (at) => actions[at]?.what ?? "",
    },
  ];
}

function markerLane({ rungs }: RunData, node: string): TimelineLane {
  const own = rungs
    .map((rung, index) => ({ rung, index }))
    .filter(({ rung }) => rung.node === node && rung.reachedMs !== undefined)
    .sort((a, b) => (a.rung.reachedMs ?? 0) - (b.rung.reachedMs ?? 0));
  return {
    ...{ node, label: `${node} markers`, kind: "markers", length: own.length },
    atMs: (at) => own[at]?.rung.reachedMs ?? 0,
    tone: (at) => toneOfRung(own[at]?.rung),
    text: (at) => `${own[at]?.rung.text ?? ""} (${own[at]?.rung.standing ?? ""})`,
    rung: (at) => own[at]?.index ?? 0,
  };
}

function toneOfRung(rung: RungData | undefined): LaneTone {
  if (rung?.status !== "reached" || rung.standing === "denied") return "bad";
  return rung.standing.startsWith("guest's word") ? "word" : "good";
}

function consoleLane({ consoles }: RunData, node: string): TimelineLane {
  const lines = consoles.find((console) => console.node === node)?.lines ?? [];
  return {
    ...{ node, label: `${node} console`, kind: "console", length: lines.length },
    atMs: (at) => lines[at]?.[0] ?? 0,
    tone: () => "line",
    text: (at) => withoutSgr(lines[at]?.[1] ?? ""),
  };
}

function eventLanes({ events }: RunData, node: string): TimelineLane[] {
  const own = events.filter((event) => event.node === node);
  const sources = [...new Set(own.map(({ source }) => source))];
  const named = sources.slice(0, MAX_SOURCES);
  const groups = named.map((source) => ({ label: source, has: new Set([source]) }));
  if (sources.length > MAX_SOURCES) groups.push({ label: "others", has: new Set(sources.slice(MAX_SOURCES)) });
  return groups.map(({ label, has }) => {
    const shown = own.filter(({ source }) => has.has(source));
    return {
      ...{ node, label: `${node}/${label}`, kind: "events", length: shown.length },
      atMs: (at) => shown[at]?.atMs ?? 0,
      tone: (at) => (/fail|fatal|refused/.test(shown[at]?.kind ?? "") ? "bad" : "event"),
      text: (at) => `${shown[at]?.kind ?? ""} ${shown[at]?.text ?? ""}`,
    };
  });
}

function packetLanes(data: RunData, columns: PacketColumns, node: string): TimelineLane[] {
  return (data.packets?.taps ?? [])
    .filter((tap) => nodeOfTap(tap) === node)
    .sort()
    .flatMap((tap) => packetLane(data, columns, tap));
}

function packetLane({ packets }: RunData, columns: PacketColumns, tap: string): TimelineLane[] {
  if (packets === undefined) return [];
  const index = packets.taps.indexOf(tap);
  const rows: number[] = [];
  for (let row = 0; row < columns.rows; row++) if (columns.tap[row] === index) rows.push(row);
  const rowAt = (at: number): number => rows[at] ?? 0;
  // Asked for with each picture.
  const tones = rows.map((row) => toneOf(columns, row, packets));
  return [
    {
      ...{ node: nodeOfTap(tap), label: `${tap} packets`, kind: "packets", length: rows.length },
      atMs: (at) => (columns.timeUs[rowAt(at)] ?? 0) / 1000,
      tone: (at) => tones[at] ?? "other",
      text: (at) =>
        `${kindOf(columns, rowAt(at))} ${columns.bytes[rowAt(at)] ?? 0} bytes  ${contentOf(columns, rowAt(at), packets)}`,
      row: rowAt,
      way: (at) => columns.way[rowAt(at)] ?? 0,
      bins: packets.bins.filter((bin) => bin.tap === index),
    },
  ];
}
