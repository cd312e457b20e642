import { parseHeader } from "./header.ts";
import { type ParsedPacket, readPacket } from "./packet-content.ts";
import type { PacketOpener } from "./packet-protection.ts";

/** @returns the packet in a datagram, or what is wrong with it */
export function readDatagram(opener: PacketOpener, datagram: Uint8Array): ParsedPacket | string {
  const header = parseHeader(datagram);
  if (typeof header === "string") return header;
  const plaintext = opener.open(datagram, header);
  return typeof plaintext === "string" ? plaintext : (readPacket(header, plaintext) ?? "malformed");
}
