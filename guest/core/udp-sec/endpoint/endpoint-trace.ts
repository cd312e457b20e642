/**
 * What the endpoint itself tells a trace sink: the datagrams of handshakes, and what is dropped before any connection is asked.
 * Nothing here is called without a sink.
 */
import { toHex } from "../../bytes/hex.ts";
import type { TraceSink } from "../../trace.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { type Header, isHandshakeType, packetTypeName, parseHeader } from "../packet/header.ts";

/** Found by the endpoint before it asks a connection; every other drop of a packet is the connection's to tell. */
const BEFORE_ANY_CONNECTION: ReadonlySet<DropReason> = new Set([
  "unknown-session",
  "wrong-address",
  "half-open-session",
]);

/** A handshake datagram that was taken. */
export function traceHandshakeReceived(sink: TraceSink, nowMs: number, datagram: Uint8Array, header: Header): void {
  traceDatagram(sink, nowMs, "transport:packet_received", datagram, header);
}

/** Packets of an established connection are told by that connection, which made them. */
export function traceHandshakeSent(sink: TraceSink, nowMs: number, datagram: Uint8Array): void {
  const header = parseHeader(datagram);
  if (typeof header === "string" || !isHandshakeType(header.type)) return;
  traceDatagram(sink, nowMs, "transport:packet_sent", datagram, header);
}

export function traceDrop(
  sink: TraceSink,
  nowMs: number,
  datagram: Uint8Array,
  header: Header | undefined,
  reason: DropReason,
): void {
  if (header !== undefined && !isHandshakeType(header.type) && !BEFORE_ANY_CONNECTION.has(reason)) return;
  const connection = header === undefined ? "" : sessionOf(datagram);
  sink.event(nowMs, "transport:packet_dropped", connection, { trigger: reason, raw: { length: datagram.length } });
}

function traceDatagram(sink: TraceSink, nowMs: number, name: string, datagram: Uint8Array, header: Header): void {
  const data = { header: { packet_type: packetTypeName(header.type) }, raw: { length: datagram.length } };
  sink.event(nowMs, name, sessionOf(datagram), data);
}

function sessionOf(datagram: Uint8Array): string {
  return toHex(datagram.subarray(4, 12));
}
