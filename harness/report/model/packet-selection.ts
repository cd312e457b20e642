/** Which rows of the packets something asks for. */
import { PACKET_KINDS } from "./packet-kinds.ts";
import type { PacketColumns } from "./packet-columns.ts";
import type { PacketHead, PacketSelection } from "./run-data.ts";

/** @returns a test for rows */
export function selects(
  selection: PacketSelection,
  { taps }: Pick<PacketHead, "taps">,
  columns: PacketColumns,
): (row: number) => boolean {
  const { kinds, faulty = false, repeated = false, node } = selection;
  const wanted =
    kinds === undefined ? undefined : new Set(kinds.map((kind) => PACKET_KINDS.findIndex((k) => k === kind)));
  const here = node === undefined ? undefined : new Set(taps.flatMap((tap, at) => (nodeOfTap(tap) === node ? at : [])));
  return (row) =>
    (wanted === undefined || wanted.has(columns.kind[row] ?? 0)) &&
    (here === undefined || here.has(columns.tap[row] ?? 0)) &&
    (!faulty || (columns.fate[row] ?? 0) > 0) &&
    (!repeated || columns.repeated[row] === 1);
}

/** `a.0` is of `a`. */
export function nodeOfTap(tap: string): string {
  return tap.slice(0, tap.lastIndexOf("."));
}
