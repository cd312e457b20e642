/** Opens packets and records with the keys of their handshake. */
import { open } from "../../../observer/crypto/primitives.ts";
import type { PnRun } from "../../../observer/wire/acknowledgement.ts";
import { readPacketContent } from "../../../observer/wire/packet-content.ts";
import { readPacketFields } from "../../../observer/wire/packet-fields.ts";
import { UDP_SEC_HEADER_BYTES } from "../../../observer/wire/udp-header.ts";
import type { UdpSecHeader } from "./udp-sec-header.ts";

export interface OpenedPacket {
  /** Contiguous stream bytes that the sender of this packet has received. */
  readonly delivered: number;
  readonly window: number;
  /** The highest packet that it acknowledges; 0: none. */
  readonly acknowledged: number;
  /** All that it acknowledges, the highest first. */
  readonly named: readonly PnRun[];
  readonly ackDelayUs: number;
  /** DATA only. */
  readonly data: { readonly offset: number; readonly bytes: Buffer; readonly fin: boolean } | undefined;
  /** CLOSE only. */
  readonly closeCode?: number;
}

/** @param key hex, 32 bytes @returns undefined if the packet doesn't open, or opens to something that isn't a packet */
export function openPacket({ datagram, packetNumber, body }: UdpSecHeader, key: string): OpenedPacket | undefined {
  const plaintext = open(Buffer.from(key, "hex"), packetNumber, datagram.subarray(0, UDP_SEC_HEADER_BYTES), body);
  const fields = readPacketFields(datagram).value;
  if (plaintext === undefined || fields === undefined) return undefined;
  const content = readPacketContent(fields, plaintext).value;
  if (content === undefined) return undefined;
  const { delivered, window, named, ackDelayUs, body: read } = content;
  const told = { delivered, window, acknowledged: named[0]?.last ?? 0, named, ackDelayUs };
  if (read.kind === "CLOSE") return { ...told, data: undefined, closeCode: read.code };
  if (read.kind !== "DATA") return { ...told, data: undefined };
  return { ...told, data: { offset: read.offset, bytes: bufferOf(read.bytes), fin: read.fin } };
}

/** @param counter of the record in its direction, from 0 @returns its plaintext, or undefined if it doesn't open */
export function openRecord(ciphertext: Buffer, counter: number, key: string): Buffer | undefined {
  const plaintext = open(Buffer.from(key, "hex"), counter, new Uint8Array(0), ciphertext);
  return plaintext === undefined ? undefined : bufferOf(plaintext);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
