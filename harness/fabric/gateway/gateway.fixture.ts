/** Packets for tests of the gateway, built by code of its own: sums are computed from scratch. */
import type { GatewayPlan } from "./gateway-plan.ts";

export const GATEWAY_PLAN: GatewayPlan = {
  name: "gw",
  legs: {
    inside: { address: "10.24.0.254", mac: "52:54:00:24:ff:00" },
    outside: { address: "10.24.1.254", mac: "52:54:00:24:ff:01" },
  },
  mapping: "endpoint-independent",
  filtering: "endpoint-dependent",
  udpTimeoutMs: 30_000,
};

export const HOSTS = { a: "10.24.0.1", b: "10.24.1.1", c: "10.24.1.2" } as const;

export interface TestPacket {
  readonly from: string;
  readonly to: string;
  readonly protocol?: number;
  readonly ttl?: number;
  readonly fragment?: number;
  /** UDP or TCP header and data, or an ICMP message; its sum is made here. */
  readonly payload: Buffer;
  readonly withoutSum?: boolean;
}

export function udp(sourcePort: number, destinationPort: number, data: Buffer | string = "data"): Buffer {
  const content = Buffer.from(data);
  const payload = Buffer.alloc(8 + content.length);
  payload.writeUInt16BE(sourcePort, 0);
  payload.writeUInt16BE(destinationPort, 2);
  payload.writeUInt16BE(payload.length, 4);
  content.copy(payload, 8);
  return payload;
}

export function tcp(sourcePort: number, destinationPort: number, flags: number, data: Buffer | string = ""): Buffer {
  const payload = Buffer.concat([Buffer.alloc(20), Buffer.from(data)]);
  payload.writeUInt16BE(sourcePort, 0);
  payload.writeUInt16BE(destinationPort, 2);
  payload.writeUInt8(5 << 4, 12);
  payload.writeUInt8(flags, 13);
  return payload;
}

export function icmp(type: number, code: number, rest: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, code, 0, 0]), rest]);
}

export function echo(type: 0 | 8, identifier: number, data = "ping"): Buffer {
  const rest = Buffer.alloc(4 + data.length);
  rest.writeUInt16BE(identifier, 0);
  rest.write(data, 4);
  return icmp(type, 0, rest);
}

const SUM_AT: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6 };

/** @returns header and payload */
export function packet({ from, to, protocol = 17, ttl = 64, fragment = 0, payload, withoutSum }: TestPacket): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(20), payload]);
  bytes.writeUInt8(0x45, 0);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt16BE(fragment, 6);
  bytes.writeUInt8(ttl, 8);
  bytes.writeUInt8(protocol, 9);
  bytes.set(from.split(".").map(Number), 12);
  bytes.set(to.split(".").map(Number), 16);
  bytes.writeUInt16BE(rightSum(bytes.subarray(0, 20)), 10);
  const at = 20 + (SUM_AT[protocol] ?? 0);
  bytes.writeUInt16BE(0, at);
  if (withoutSum !== true) bytes.writeUInt16BE(transportSum(bytes), at);
  return bytes;
}

/** @returns a frame to the leg with that last byte of its address */
export function frame(bytes: Buffer, leg: 0 | 1): Buffer {
  const head = Buffer.from(`52540024ff0${leg}5254002401000800`, "hex");
  return Buffer.concat([head, bytes]);
}

export interface ReadPacket {
  readonly from: string;
  readonly to: string;
  readonly ttl: number;
  readonly protocol: number;
  readonly payload: Buffer;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly headerAddsUp: boolean;
  readonly payloadAddsUp: boolean;
}

/** @param bytes of a packet @returns what it says, and whether its sums are those that it would get from scratch */
export function readPacket(bytes: Buffer): ReadPacket {
  const payload = bytes.subarray(20, bytes.readUInt16BE(2));
  const header = bytes.subarray(0, 20);
  return {
    from: [...bytes.subarray(12, 16)].join("."),
    to: [...bytes.subarray(16, 20)].join("."),
    ttl: bytes.readUInt8(8),
    protocol: bytes.readUInt8(9),
    payload,
    sourcePort: payload.readUInt16BE(0),
    destinationPort: payload.readUInt16BE(2),
    headerAddsUp: rightSum(header) === 0,
    payloadAddsUp: total(pseudoHeader(bytes), payload) === 0xffff,
  };
}

function transportSum(bytes: Buffer): number {
  const sum = ~total(pseudoHeader(bytes), bytes.subarray(20)) & 0xffff;
  return sum === 0 && bytes[9] === 17 ? 0xffff : sum;
}

/** Of ICMP there is none. */
function pseudoHeader(bytes: Buffer): Buffer {
  if (bytes[9] === 1) return Buffer.alloc(0);
  const length = bytes.length - 20;
  return Buffer.concat([bytes.subarray(12, 20), Buffer.from([0, bytes[9] ?? 0, length >> 8, length & 0xff])]);
}

/** @param bytes with zero where it will stand; zero over what holds its own */
export function rightSum(bytes: Buffer): number {
  return ~total(bytes) & 0xffff;
}

/** Word by word, with an end-around carry each time. */
function total(...parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length % 2 === 0 ? part : Buffer.concat([part, Buffer.alloc(1)]);
    for (let at = 0; at < even.length; at += 2) {
      sum += even.readUInt16BE(at);
      if (sum > 0xffff) sum -= 0xffff;
    }
  }
  return sum;
}
