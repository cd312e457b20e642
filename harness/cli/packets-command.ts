import { findRun } from "../compare/run-folder.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { gatherRun, type GatheredRun } from "../report/gather/gather-run.ts";
import { decodePackets, WAYS, type PacketColumns } from "../report/model/packet-columns.ts";
import { contentOf, kindOf } from "../report/model/packet-text.ts";
import type { PacketHead, RungData } from "../report/model/run-data.ts";
import { secondsText } from "../report/model/time-text.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { toldWhile } from "./long-work.ts";
import { EXIT } from "./exit-codes.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

const DEFAULT_COUNT = 20;
const MAX_COUNT = 10_000;

interface ShownPacket {
  readonly atMs: number;
  readonly file: string;
  readonly number: number;
  readonly tap: string;
  readonly way: string;
  readonly kind: string;
  readonly bytes: number;
  readonly content: string;
}

export const packetsCommand: Command = {
  name: "packets",
  summary: "the packets of a run around a marker, opened",
  usage: "[RUN] [--around MARKER] [--count N] [--json]",
  teaches: `
Lists what crossed the NICs about the time of a marker, on the run's clock: each packet with its number in the capture, what it is, and what
stands in it, as far as the run's secrets open it. Without --around: about what the run failed by, or its end. A marker is its id or a part of its
text. A run is its folder, the name of it, or latest (default).`,
  options: {
    around: { type: "string", value: "MARKER", help: "id or text of a rung, e.g. mux-data-ok" },
    count: { type: "string", value: "N", help: `so many before it and behind it (default: ${DEFAULT_COUNT})` },
    json: { type: "boolean", help: "as data" },
    ...RUNS_FOLDER_OPTION,
  },
  outcomes: { cannotRun: "usage, no such run, or a run without packets" },
  takes: "run",
  examples: ["udpsec packets", "udpsec packets latest --around mux-data-ok --count 5"],
  async run(parsed, io) {
    const [run = "latest", more] = parsed.positionals;
    if (more !== undefined) throw usageError("one run at a time", "udpsec packets RUN --around MARKER");
    const count = readCount(parsed.text("count"));
    const folder = findRun(run, runsFolderOf(parsed, io));
    const gathered = await toldWhile("packets", io, () => gatherRun(folder));
    const head = gathered.data.packets;
    const atMs = momentAsked(gathered, parsed.text("around"));
    if (head === undefined) throw usageError(`${folder} has no packets`, "its network left no capture");
    const columns = decodePackets(gathered.packets, head.rows);
    const shown = around(columns, atMs, count).map((row) => shownPacket(columns, row, head));
    if (parsed.flag("json")) writeJson(io, { folder, atMs, clock: head.clock, packets: shown });
    else io.stdout.write(listing(shown, atMs));
    return EXIT.passed;
  },
};

function readCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_COUNT;
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MAX_COUNT) return count;
  throw usageError(`--count ${text} is not a number from 1 to ${MAX_COUNT}`, "e.g. --count 50");
}

/** @returns ms on the run's clock @throws HarnessError `usage` */
function momentAsked({ data }: GatheredRun, wanted: string | undefined): number {
  if (wanted === undefined) return data.moment.atMs ?? data.endMs;
  const rung = data.rungs.find(({ marker, text }) => marker === wanted || text.includes(wanted));
  if (rung === undefined) {
    const markers = data.rungs.map(({ marker }) => marker);
    const near = nearestName(wanted, markers);
    const hint = near === undefined ? `there are: ${[...new Set(markers)].join(", ")}` : `did you mean ${near}?`;
    throw usageError(`no rung of this run is ${wanted}`, hint);
  }
  return rung.reachedMs ?? lastBefore(data.rungs, rung) ?? data.endMs;
}

/** Of a rung that never came: when its machine climbed the one before it. */
function lastBefore(rungs: readonly RungData[], missing: RungData): number | undefined {
  const before = rungs.slice(0, rungs.indexOf(missing)).filter(({ node }) => node === missing.node);
  return before.findLast(({ reachedMs }) => reachedMs !== undefined)?.reachedMs;
}

function around({ timeUs, rows }: PacketColumns, atMs: number, count: number): number[] {
  const first = timeUs.findIndex((time) => time >= atMs * 1000);
  const middle = first === -1 ? rows : first;
  const [from, to] = [Math.max(0, middle - count), Math.min(rows, middle + count)];
  return Array.from({ length: to - from }, (_, at) => from + at);
}

function shownPacket(columns: PacketColumns, row: number, head: PacketHead): ShownPacket {
  const at = (name: "timeUs" | "file" | "number" | "tap" | "way" | "bytes"): number => columns[name][row] ?? 0;
  return {
    atMs: at("timeUs") / 1000,
    file: head.files[at("file")] ?? "",
    number: at("number"),
    tap: head.taps[at("tap")] ?? "",
    way: WAYS[at("way")] ?? "unknown",
    kind: kindOf(columns, row),
    bytes: at("bytes"),
    content: contentOf(columns, row, head),
  };
}

function listing(packets: readonly ShownPacket[], atMs: number): string {
  const lines = packets.map((packet) => {
    const { tap, way, kind, bytes, number, content } = packet;
    const where = `#${number}`.padStart(7);
    return `${secondsText(packet.atMs).padStart(10)} s ${where}  ${tap.padEnd(5)} ${way.padEnd(8)} ${kind.padEnd(8)} ${String(bytes).padStart(5)} B  ${content}`;
  });
  const split = packets.filter((packet) => packet.atMs < atMs).length;
  lines.splice(split, 0, `${secondsText(atMs).padStart(10)} s ${"-".repeat(60)}`);
  return `${lines.join("\n")}\n`;
}
