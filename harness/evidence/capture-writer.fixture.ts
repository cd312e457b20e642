/** Frames and capture files for tests: written from the formats' descriptions, not with the readers under test. */
import type { Direction } from "../capture/captured-frame.ts";

export interface TestFrame {
  readonly bytes: Buffer;
  readonly direction?: Direction;
  readonly comment?: string;
  /** Pretends that a snap length cut it. */
  readonly wireLength?: number;
}

export interface Host {
  readonly mac: string;
  readonly ip: string;
}

export const HOST_A: Host = { mac: "52:54:00:00:00:0a", ip: "10.77.0.1" };
export const HOST_B: Host = { mac: "52:54:00:00:00:0b", ip: "10.77.0.2" };
export const HOST_C: Host = { mac: "52:54:00:00:00:0c", ip: "10.77.0.3" };

const MAC_BYTES = (mac: string): Buffer => Buffer.from(mac.replaceAll(":", ""), "hex");
const IP_BYTES = (ip: string): Buffer => Buffer.from(ip.split(".").map(Number));

export function ethernet(from: Host, to: Host, type: number, payload: Buffer): Buffer {
  const header = Buffer.concat([MAC_BYTES(to.mac), MAC_BYTES(from.mac), u16be(type)]);
  return Buffer.concat([header, payload]);
}

export function ipv4(from: Host, to: Host, protocol: number, payload: Buffer, fragment = 0x4000): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(fragment, 6);
  header[8] = 64;
  header[9] = protocol;
  IP_BYTES(from.ip).copy(header, 12);
  IP_BYTES(to.ip).copy(header, 16);
  return ethernet(from, to, 0x0800, Buffer.concat([header, payload]));
}

export function udp(
  from: Host,
  fromPort: number,
  to: Host,
  toPort: number,
  payload: Buffer,
  fragment?: number,
): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(fromPort, 0);
  header.writeUInt16BE(toPort, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return ipv4(from, to, 17, Buffer.concat([header, payload]), fragment);
}

export interface TcpFields {
  readonly sequence: number;
  /** SYN 2, RST 4, ACK 16, combined. */
  readonly flags: number;
  readonly payload?: Buffer;
}

export function tcp(from: Host, fromPort: number, to: Host, toPort: number, fields: TcpFields): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(fromPort, 0);
  header.writeUInt16BE(toPort, 2);
  header.writeUInt32BE(fields.sequence >>> 0, 4);
  header[12] = 5 << 4;
  header[13] = fields.flags;
  return ipv4(from, to, 6, Buffer.concat([header, fields.payload ?? Buffer.alloc(0)]));
}

export function arp(from: Host, to: Host): Buffer {
  return ethernet(from, to, 0x0806, Buffer.alloc(46));
}

/** As QEMU's filter-dump: little-endian, microseconds, Ethernet. */
export function pcapFile(frames: readonly TestFrame[], bigEndian = false): Buffer {
  const u32 = bigEndian ? u32be : u32le;
  const u16 = bigEndian ? u16be : u16le;
  const header = [u32(0xa1b2c3d4), u16(2), u16(4), u32(0), u32(0), u32(65536), u32(1)];
  const records = frames.flatMap(({ bytes, wireLength }, index) => [
    ...[u32(1000), u32(index), u32(bytes.length), u32(wireLength ?? bytes.length)],
    bytes,
  ]);
  return Buffer.concat([...header, ...records]);
}

export interface TestInterface {
  readonly name: string;
  readonly frames: readonly TestFrame[];
}

/** One section, little-endian, nanoseconds. */
export function pcapngFile(interfaces: readonly TestInterface[]): Buffer {
  const section = block(0x0a0d0d0a, Buffer.concat([u32le(0x1a2b3c4d), u16le(1), u16le(0), Buffer.alloc(8, 0xff)]));
  const descriptions = interfaces.map(({ name }) =>
    block(
      1,
      Buffer.concat([
        u16le(1),
        u16le(0),
        u32le(0),
        option(2, Buffer.from(name)),
        option(9, Buffer.from([9])),
        u32le(0),
      ]),
    ),
  );
  const packets = interfaces.flatMap(({ frames }, index) => frames.map((frame) => enhancedPacket(index, frame)));
  return Buffer.concat([section, ...descriptions, ...packets]);
}

function enhancedPacket(index: number, { bytes, direction, comment, wireLength }: TestFrame): Buffer {
  const flags = direction === "sent" ? 2 : direction === "received" ? 1 : 0;
  const fixed = [
    u32le(index),
    u32le(0),
    u32le(5_000),
    u32le(bytes.length),
    u32le(wireLength ?? bytes.length),
    padded(bytes),
  ];
  const comments = comment === undefined ? [] : [option(1, Buffer.from(comment))];
  return block(6, Buffer.concat([...fixed, ...comments, option(2, u32le(flags)), u32le(0)]));
}

export function block(type: number, body: Buffer): Buffer {
  const length = u32le(12 + body.length);
  return Buffer.concat([u32le(type), length, body, length]);
}

function option(code: number, value: Buffer): Buffer {
  return Buffer.concat([u16le(code), u16le(value.length), padded(value)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

export function u16le(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32le(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64le(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function u16be(value: number): Buffer {
  return u16le(value).swap16();
}

function u32be(value: number): Buffer {
  return u32le(value).swap32();
}
