/**
 * Packets as columns of whole numbers. Each is written as the difference to what came before, in as few bytes as it needs: so 100,000
 * packets are small, and deflate makes them smaller.
 */
import { NumberReader, NumberWriter } from "./number-codec.ts";

/** How the column's differences are formed: to zero, to the row before, or to the last row of the same NIC, session and direction. */
const COLUMNS = {
  file: "plain",
  tap: "plain",
  session: "plain",
  fromInitiator: "plain",
  /** Numbered as Wireshark does, in its file. */
  number: "row",
  timeUs: "row",
  way: "plain",
  kind: "plain",
  /** Of the frame, on the wire. */
  bytes: "plain",
  fate: "plain",
  repeated: "plain",
  packetNumber: "flow",
  acknowledged: "flow",
  delivered: "flow",
  window: "flow",
  offset: "flow",
  dataBytes: "plain",
} as const satisfies Readonly<Record<string, "plain" | "row" | "flow">>;

type ColumnName = keyof typeof COLUMNS;

/** Values of a row; `NONE` where there is none. */
export type PacketRow = Readonly<Record<ColumnName, number>>;

export type PacketColumns = Readonly<Record<ColumnName, Float64Array>> & { readonly rows: number };

export const NONE = -1;
/** Of the column `way`. */
export const WAYS = ["sent", "received", "unknown"] as const;

const NAMES = Object.keys(COLUMNS) as ColumnName[];
/** More flows than this share the memory of what came before; only size suffers. */
const MAX_FLOWS = 4_096;

export function encodePackets(rows: readonly PacketRow[]): Uint8Array {
  const writer = new NumberWriter();
  for (const name of NAMES) {
    const last = new Float64Array(MAX_FLOWS);
    for (const row of rows) {
      const at = placeOf(COLUMNS[name], row.tap, row.session, row.fromInitiator);
      const before = COLUMNS[name] === "plain" ? 0 : (last[at] ?? 0);
      writer.write(row[name] - before);
      last[at] = row[name];
    }
  }
  return writer.bytes();
}

/** @param rows how many were encoded @throws RangeError if the bytes hold fewer */
export function decodePackets(bytes: Uint8Array, rows: number): PacketColumns {
  const reader = new NumberReader(bytes);
  const columns = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(rows)])) as Record<
    ColumnName,
    Float64Array
  >;
  const { tap, session, fromInitiator } = columns;
  for (const name of NAMES) {
    const column = columns[name];
    const last = new Float64Array(MAX_FLOWS);
    for (let row = 0; row < rows; row++) {
      const at = placeOf(COLUMNS[name], tap[row] ?? 0, session[row] ?? 0, fromInitiator[row] ?? 0);
      const before = COLUMNS[name] === "plain" ? 0 : (last[at] ?? 0);
      const value = before + reader.read();
      column[row] = value;
      last[at] = value;
    }
  }
  return { ...columns, rows };
}

function placeOf(kind: "plain" | "row" | "flow", tap: number, session: number, fromInitiator: number): number {
  if (kind !== "flow") return 0;
  return ((tap * 64 + (session + 1)) * 2 + fromInitiator + 1) % MAX_FLOWS;
}
