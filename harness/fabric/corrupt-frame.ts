/** Corruption that arrives: payload bits flipped, the transport checksum made right again, so that only the AEAD can notice. */
import { applyFlips } from "../../contract/impairment/index.ts";
import type { FrameLayout } from "./frame-layout.ts";

const PROTOCOL_UDP = 17;
const PROTOCOL_TCP = 6;

/** @returns a changed copy */
export function corruptFrame(frame: Buffer, layout: FrameLayout, flips: readonly number[]): Buffer {
  const copy = Buffer.from(frame);
  applyFlips(copy.subarray(layout.payloadAt, layout.payloadEnd), flips);
  repairChecksum(copy, layout);
  return copy;
}

/** RFC 768, RFC 9293 3.1: ones' complement sum over pseudo header, header and payload. */
export function repairChecksum(frame: Buffer, { protocol, ipAt, transportAt, payloadEnd }: FrameLayout): void {
  if (ipAt === undefined) return;
  const checksumAt = transportAt + (protocol === "udp" ? 6 : 16);
  frame.writeUInt16BE(0, checksumAt);
  let sum = (protocol === "udp" ? PROTOCOL_UDP : PROTOCOL_TCP) + payloadEnd - transportAt;
  for (let at = ipAt + 12; at < ipAt + 20; at += 2) sum += frame.readUInt16BE(at);
  for (let at = transportAt; at + 1 < payloadEnd; at += 2) sum += frame.readUInt16BE(at);
  if ((payloadEnd - transportAt) % 2 === 1) sum += frame.readUInt8(payloadEnd - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  const checksum = ~sum & 0xffff;
  frame.writeUInt16BE(protocol === "udp" && checksum === 0 ? 0xffff : checksum, checksumAt);
}
