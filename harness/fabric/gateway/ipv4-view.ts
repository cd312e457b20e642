/** An IPv4 packet where it lies: what a gateway reads of it, and the fields that it changes in place, each with the sums over it. */
import { addsUp, adjustedChecksum } from "./checksum.ts";

export const IP_PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;
/** What has sockets or identifiers that can be mapped. */
export type Transport = "udp" | "tcp" | "icmp";

/** Socket; of an ICMP echo the port is its identifier. */
export interface FlowEnd {
  readonly address: string;
  readonly port: number;
}

export type FlowSide = "source" | "destination";

/** With options it is nobody's that is to be forwarded here (RFC 7126 2.3). */
const HEADER_BYTES = 20;
const VERSION_AND_WORDS = 0x45;
const TTL_AT = 8;
const CHECKSUM_AT = 10;
const ADDRESS_AT = { source: 12, destination: 16 } as const;
const FRAGMENT_BITS = 0x3fff;
const ECHO_REPLY = 0;
const ECHO = 8;

export class Ipv4View {
  /** Header and payload; of a quoted packet as much as there is. */
  readonly bytes: Buffer;
  readonly payload: Buffer;

  private constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.payload = bytes.subarray(HEADER_BYTES);
  }

  /** @param bytes may have padding behind the packet @returns undefined: no IPv4 packet, one with options, or one whose header does not add up */
  static read(bytes: Buffer): Ipv4View | undefined {
    const view = Ipv4View.#at(bytes);
    return view !== undefined && view.bytes.length === bytes.readUInt16BE(2) ? view : undefined;
  }

  /** @param bytes what an ICMP error quotes: a header that adds up (RFC 5508 REQ-3), at least 8 bytes behind it (RFC 792), and ports among them */
  static readQuoted(bytes: Buffer): Ipv4View | undefined {
    const view = Ipv4View.#at(bytes);
    return view !== undefined && view.payload.length >= 8 && !view.isFragment ? view : undefined;
  }

  static #at(bytes: Buffer): Ipv4View | undefined {
    if (bytes.length < HEADER_BYTES || bytes.readUInt8(0) !== VERSION_AND_WORDS) return undefined;
    const totalBytes = bytes.readUInt16BE(2);
    if (totalBytes < HEADER_BYTES || !addsUp(bytes.subarray(0, HEADER_BYTES))) return undefined;
    return new Ipv4View(bytes.subarray(0, totalBytes));
  }

  get protocol(): number {
    return this.bytes.readUInt8(9);
  }

  get ttl(): number {
    return this.bytes.readUInt8(TTL_AT);
  }

  get isFragment(): boolean {
    return (this.bytes.readUInt16BE(6) & FRAGMENT_BITS) !== 0;
  }

  get source(): string {
    return this.#address("source");
  }

  get destination(): string {
    return this.#address("destination");
  }

  /** Undefined: nothing with ports, or cut off before them. */
  get transport(): Transport | undefined {
    const { protocol, payload } = this;
    if (protocol === IP_PROTOCOL.udp) return payload.length >= 8 ? "udp" : undefined;
    if (protocol === IP_PROTOCOL.tcp) return payload.length >= 8 ? "tcp" : undefined;
    const isEcho = payload[0] === ECHO || payload[0] === ECHO_REPLY;
    return protocol === IP_PROTOCOL.icmp && isEcho && payload.length >= 8 ? "icmp" : undefined;
  }

  /** @returns of an echo the same identifier at both ends @throws RangeError without a transport */
  endpoint(end: FlowSide): FlowEnd {
    return { address: this.#address(end), port: this.payload.readUInt16BE(this.#portAt(end)) };
  }

  get isSyn(): boolean {
    const flags = this.payload[13] ?? 0;
    return this.protocol === IP_PROTOCOL.tcp && (flags & 0x12) === 0x02;
  }

  decrementTtl(): void {
    const before = Buffer.from(this.bytes.subarray(TTL_AT, TTL_AT + 2));
    this.bytes.writeUInt8(this.ttl - 1, TTL_AT);
    this.#adjust(this.bytes, CHECKSUM_AT, before, this.bytes.subarray(TTL_AT, TTL_AT + 2));
  }

  /** Address and port or identifier; the sums of header and transport follow. */
  rewrite(end: FlowSide, { address, port }: FlowEnd): void {
    const { transport } = this;
    const portAt = this.#portAt(end);
    const old = Buffer.from(this.payload.subarray(portAt, portAt + 2));
    const [before, after] = this.rewriteAddress(end, address);
    this.payload.writeUInt16BE(port, portAt);
    const now = this.payload.subarray(portAt, portAt + 2);
    // An echo's sum is over the message alone, the others' over a pseudo header too.
    if (transport === "icmp") this.#adjust(this.payload, 2, old, now);
    else this.#adjustTransport(Buffer.concat([before, old]), Buffer.concat([after, now]));
  }

  /** The header's sum follows; the transport's is left as it is. @returns the address before and after */
  rewriteAddress(end: FlowSide, address: string): readonly [Buffer, Buffer] {
    const at = ADDRESS_AT[end];
    const before = Buffer.from(this.bytes.subarray(at, at + 4));
    const after = Buffer.from(addressBytes(address));
    after.copy(this.bytes, at);
    this.#adjust(this.bytes, CHECKSUM_AT, before, after);
    return [before, after];
  }

  #adjustTransport(before: Buffer, after: Buffer): void {
    const isUdp = this.protocol === IP_PROTOCOL.udp;
    const at = isUdp ? 6 : 16;
    // A quoted TCP header ends before its checksum, mostly.
    if (this.payload.length < at + 2) return;
    // UDP's zero says that there is no checksum (RFC 768), and stays.
    if (isUdp && this.payload.readUInt16BE(at) === 0) return;
    this.#adjust(this.payload, at, before, after);
    if (isUdp && this.payload.readUInt16BE(at) === 0) this.payload.writeUInt16BE(0xffff, at);
  }

  #adjust(bytes: Buffer, at: number, before: Uint8Array, after: Uint8Array): void {
    bytes.writeUInt16BE(adjustedChecksum(bytes.readUInt16BE(at), before, after), at);
  }

  #address(end: FlowSide): string {
    return dottedAddress(this.bytes.subarray(ADDRESS_AT[end], ADDRESS_AT[end] + 4));
  }

  #portAt(end: FlowSide): number {
    const { transport } = this;
    if (transport === undefined) throw new RangeError("a packet without ports");
    if (transport === "icmp") return 4;
    return end === "source" ? 0 : 2;
  }
}

export function dottedAddress(bytes: Uint8Array): string {
  return [...bytes].join(".");
}

export function addressBytes(address: string): Uint8Array {
  return Uint8Array.from(address.split(".").map(Number));
}

export function flowEndText({ address, port }: FlowEnd): string {
  return `${address}:${port}`;
}
