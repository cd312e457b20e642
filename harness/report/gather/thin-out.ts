/** Of very many packets those that somebody will look at, and counts of the rest. */
import type { PacketRow } from "../model/packet-columns.ts";
import type { PacketBin } from "../model/run-data.ts";

/** With fewer nothing is left out: about 3 MB of the page. */
export const MAX_ROWS = 120_000;
/** About a fault, a rung or what a rule speaks of, each packet is shown. */
const AROUND_US = 2_000_000;
const BIN_US = 100_000;
const MAX_BINS = 50_000;

/** @param rows by time @param times ms @param isCited by a rule: it stays in any case */
export function thinOut(
  rows: readonly PacketRow[],
  times: readonly number[],
  isCited: (row: PacketRow) => boolean,
  maxRows: number = MAX_ROWS,
): { readonly rows: readonly PacketRow[]; readonly bins: readonly PacketBin[] } {
  if (rows.length <= maxRows) return { rows, bins: [] };
  const distances = distancesTo(rows, [...times.map((ms) => ms * 1000), ...faultTimes(rows)]);
  const near = rows
    .map((row, at) => ({ at, distance: isCited(row) ? -1 : (distances[at] ?? Infinity) }))
    .filter(({ distance }) => distance <= AROUND_US)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, maxRows);
  const kept = new Set(near.map(({ at }) => at));
  return { rows: rows.filter((_, at) => kept.has(at)), bins: binsOf(rows.filter((_, at) => !kept.has(at))) };
}

/** Where it began to go wrong: the rest of a fault that lasts is as near to it as to its beginning. */
function faultTimes(rows: readonly PacketRow[]): number[] {
  return rows.filter(({ fate }) => fate > 0).map(({ timeUs }) => timeUs);
}

function distancesTo(rows: readonly PacketRow[], unsorted: readonly number[]): Float64Array {
  const times = [...unsorted].sort((a, b) => a - b);
  const distances = new Float64Array(rows.length);
  let next = 0;
  rows.forEach(({ timeUs }, at) => {
    while (next < times.length && (times[next] ?? 0) < timeUs) next += 1;
    const after = (times[next] ?? Infinity) - timeUs;
    const before = timeUs - (times[next - 1] ?? -Infinity);
    distances[at] = Math.min(after, before);
  });
  return distances;
}

function binsOf(rows: readonly PacketRow[]): PacketBin[] {
  const bins = new Map<string, { atMs: number; tap: number; count: number; bytes: number; losses: number }>();
  for (const { timeUs, tap, bytes, fate } of rows) {
    const start = Math.floor(timeUs / BIN_US);
    const key = `${start} ${tap}`;
    const bin = bins.get(key) ?? { atMs: (start * BIN_US) / 1000, tap, count: 0, bytes: 0, losses: 0 };
    if (!bins.has(key) && bins.size >= MAX_BINS) continue;
    bin.count += 1;
    bin.bytes += bytes;
    bin.losses += Number(fate > 0);
    bins.set(key, bin);
  }
  return [...bins.values()];
}
