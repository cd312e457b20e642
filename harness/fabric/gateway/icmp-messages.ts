/** ICMP that a gateway says by itself (RFC 792, RFC 1812 4.3 and 5.3.1), and what it reads of others'. */
import { addsUp, internetChecksum } from "./checksum.ts";
import { isOneHost } from "./gateway-plan.ts";
import { addressBytes, type Ipv4View, IP_PROTOCOL } from "./ipv4-view.ts";

const ECHO = 8;
const HEADER_BYTES = 20;
const ICMP_HEADER_BYTES = 8;
const TIME_TO_LIVE = 64;
/** RFC 1812 4.3.2.5: internetwork control. */
const TOS_OF_ERRORS = 0xc0;
/** RFC 1812 4.3.2.3: an error fits into 576 bytes. */
const MOST_QUOTED_BYTES = 576 - HEADER_BYTES - ICMP_HEADER_BYTES;
/** Destination unreachable, source quench, redirect, time exceeded, parameter problem. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

export const TIME_EXCEEDED = { type: 11, code: 0 } as const;
export const NET_UNREACHABLE = { type: 3, code: 0 } as const;

export function isIcmpError({ protocol, payload }: Ipv4View): boolean {
  return protocol === IP_PROTOCOL.icmp && ERRORS.has(payload[0] ?? 0);
}

export function isEchoRequest({ protocol, payload }: Ipv4View): boolean {
  return protocol === IP_PROTOCOL.icmp && payload[0] === ECHO && payload.length >= ICMP_HEADER_BYTES;
}

/** @returns whether it is no ICMP, or adds up */
export function isSoundIcmp({ protocol, payload }: Ipv4View): boolean {
  return protocol !== IP_PROTOCOL.icmp || addsUp(payload);
}

/** @param from the leg's address @param about the packet as it came @returns undefined where nobody may be told (RFC 1122 3.2.2) */
export function icmpError(
  { type, code }: { readonly type: number; readonly code: number },
  from: string,
  about: Ipv4View,
): Buffer | undefined {
  if (isIcmpError(about) || !isOneHost(about.destination)) return undefined;
  const message = Buffer.concat([
    Buffer.from([type, code, 0, 0, 0, 0, 0, 0]),
    about.bytes.subarray(0, MOST_QUOTED_BYTES),
  ]);
  return packet(from, about.source, TOS_OF_ERRORS, message);
}

/** @returns the answer to an echo that is for the gateway itself */
export function echoReply(request: Ipv4View): Buffer {
  const message = Buffer.from(request.payload);
  message.writeUInt8(0, 0);
  return packet(request.destination, request.source, request.bytes.readUInt8(1), message);
}

/** Makes the sum of a message right again, all of it: of an error that quotes a translated packet. */
export function resum(message: Buffer): void {
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(internetChecksum(message), 2);
}

function packet(from: string, to: string, tos: number, message: Buffer): Buffer {
  resum(message);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(0x45, 0);
  header.writeUInt8(tos, 1);
  header.writeUInt16BE(HEADER_BYTES + message.length, 2);
  header.writeUInt8(TIME_TO_LIVE, 8);
  header.writeUInt8(IP_PROTOCOL.icmp, 9);
  header.set(addressBytes(from), 12);
  header.set(addressBytes(to), 16);
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, message]);
}
