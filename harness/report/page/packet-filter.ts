/** Which packets are shown: of a node, of some kinds, with a text, and those that somebody asked about. */
import { contentOf, kindOf } from "../model/packet-text.ts";
import { nodeOfTap, selects } from "../model/packet-selection.ts";
import type { Looked, View } from "./view.ts";

/** @returns rows in their order */
export function shownPackets({ data: { packets }, columns }: View, { node, kinds, text, asked }: Looked): number[] {
  if (packets === undefined) return [];
  const cited = new Set(asked?.cited);
  const isAsked = asked === undefined ? undefined : selects(asked.about, packets, columns);
  const rows: number[] = [];
  for (let row = 0; row < columns.rows; row++) {
    const tap = packets.taps[columns.tap[row] ?? 0] ?? "";
    if (node !== undefined && nodeOfTap(tap) !== node) continue;
    if (kinds.size > 0 && !kinds.has(kindOf(columns, row))) continue;
    if (isAsked !== undefined && !isAsked(row) && !cited.has(row)) continue;
    if (
      text !== "" &&
      !`${tap} ${kindOf(columns, row)} ${contentOf(columns, row, packets)}`.toLowerCase().includes(text)
    )
      continue;
    rows.push(row);
  }
  return rows;
}
