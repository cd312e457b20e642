/** A packet in words. */
import { NONE, type PacketColumns } from "./packet-columns.ts";
import { PACKET_KINDS, type PacketKind } from "./packet-kinds.ts";
import type { PacketHead } from "./run-data.ts";

export function kindOf(columns: PacketColumns, row: number): PacketKind {
  return PACKET_KINDS[columns.kind[row] ?? 0] ?? "other";
}

/** @returns how a packet is coloured: by what happened to it, else by its kind */
export function toneOf(columns: PacketColumns, row: number, { fates }: Pick<PacketHead, "fates">): Tone {
  const fate = fates[(columns.fate[row] ?? 0) - 1];
  if (fate !== undefined) return fate.startsWith("dropped") ? "lost" : "changed";
  if (columns.repeated[row] === 1) return "again";
  const kind = kindOf(columns, row);
  if (kind === "DATA" || kind === "TCP data") return "data";
  if (kind === "ACK" || kind === "PING" || kind === "TCP ACK") return "ack";
  if (kind === "CLOSE" || kind === "TCP RST" || kind === "TCP FIN") return "close";
  if (kind === "MSG1" || kind === "MSG2" || kind === "MSG3" || kind === "RETRY" || kind === "TCP SYN")
    return "handshake";
  return "other";
}

/** In the order in which they are drawn: what matters most covers the rest. */
export const TONES = ["other", "ack", "data", "handshake", "close", "again", "changed", "lost"] as const;
export type Tone = (typeof TONES)[number];

/** @returns what stands in it, as far as it could be opened */
export function contentOf(columns: PacketColumns, row: number, { fates }: Pick<PacketHead, "fates">): string {
  const value = (name: "packetNumber" | "offset" | "dataBytes" | "acknowledged" | "session"): number | undefined => {
    const found = columns[name][row] ?? NONE;
    return found === NONE ? undefined : found;
  };
  const { packetNumber, offset, dataBytes, acknowledged, session } = {
    packetNumber: value("packetNumber"),
    offset: value("offset"),
    dataBytes: value("dataBytes"),
    acknowledged: value("acknowledged"),
    session: value("session"),
  };
  const fate = fates[(columns.fate[row] ?? 0) - 1];
  const parts = [
    session === undefined ? "" : `s${session + 1}`,
    packetNumber === undefined ? "" : `pn ${packetNumber}`,
    offset === undefined ? "" : `[${offset}, ${offset + (dataBytes ?? 0)})`,
    offset === undefined && dataBytes !== undefined ? `${dataBytes} bytes` : "",
    columns.repeated[row] === 1 ? "again" : "",
    acknowledged === undefined || acknowledged === 0 ? "" : `ack ${acknowledged}`,
    fate ?? "",
  ];
  return parts.filter((part) => part !== "").join("  ");
}

export const ARROWS = ["→", "←", "·"] as const;
