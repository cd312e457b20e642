/** IPv4 without anything that nobody needs here: no options, no strange flags, right sums and lengths (RFC 791). */
import { onesComplementSum } from "../../observer/wire/internet-checksum.ts";
import { paddingProblem } from "./ethernet-frame.ts";
import { formed, malformed, type Form } from "./form.ts";

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;
const HEADER_BYTES = 20;
const VERSION_AND_WORDS = 0x45;
const TIME_TO_LIVE = 64;
/** RFC 1812 4.3.2.5: what reports an error is sent with the precedence of the network's own traffic. */
const TOS_OF_ERRORS = 0xc0;
const RESERVED_FLAG = 0x8000;
const FRAGMENT_BITS = 0x3fff;

export interface Ipv4Packet {
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly isFragment: boolean;
  /** Header and payload, without padding. */
  readonly whole: Buffer;
  readonly payload: Buffer;
}

/** @param isRouted it may come from behind a gateway, one hop older */
export function readIpv4(body: Buffer, isRouted = false): Form<Ipv4Packet> {
  if (body.length < HEADER_BYTES) return malformed(`${body.length} bytes of IPv4`);
  if (body[0] !== VERSION_AND_WORDS) return malformed("an IPv4 header with options, or of another version");
  const totalBytes = body.readUInt16BE(2);
  if (totalBytes < HEADER_BYTES || totalBytes > body.length)
    return malformed(`an IPv4 packet of ${totalBytes} bytes in ${body.length}`);
  const header = body.subarray(0, HEADER_BYTES);
  const protocol = header.readUInt8(9);
  const problem = headerProblem(header, protocol, isRouted) ?? paddingProblem(body, totalBytes);
  if (problem !== undefined) return malformed(problem);
  return formed({
    source: addressText(header, 12),
    destination: addressText(header, 16),
    protocol,
    isFragment: (header.readUInt16BE(6) & FRAGMENT_BITS) !== 0,
    whole: body.subarray(0, totalBytes),
    payload: body.subarray(HEADER_BYTES, totalBytes),
  });
}

/** @returns whether the sum over addresses, protocol, length and payload is right (RFC 768, RFC 9293 3.1) */
export function hasRightSum({ whole, payload, protocol }: Ipv4Packet): boolean {
  const addresses = onesComplementSum(whole.subarray(12, 20));
  const pseudo = onesComplementSum(Uint8Array.of(payload.length >> 8, payload.length & 0xff, 0, protocol), addresses);
  return onesComplementSum(payload, pseudo) === 0xffff;
}

function headerProblem(header: Buffer, protocol: number, isRouted: boolean): string | undefined {
  if (onesComplementSum(header) !== 0xffff) return "an IPv4 header with a wrong checksum";
  if ((header.readUInt16BE(6) & RESERVED_FLAG) !== 0) return "an IPv4 header with the reserved flag";
  const hops = header.readUInt8(8);
  if (hops !== TIME_TO_LIVE && !(isRouted && hops === TIME_TO_LIVE - 1))
    return `an IPv4 packet that lives for ${hops} hops`;
  const tos = header.readUInt8(1);
  const isRight = tos === 0 || (protocol === PROTOCOL.icmp && tos === TOS_OF_ERRORS);
  return isRight ? undefined : `an IPv4 packet of service 0x${tos.toString(16)}`;
}

export function addressText(bytes: Buffer, at: number): string {
  return [...bytes.subarray(at, at + 4)].join(".");
}
