/** Frames and capture files for the observer's tests, written from the formats' descriptions, with checksums. */

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface FrameOptions {
  /** Undefined: Ethernet. */
  readonly link?: "ethernet" | "sll" | "sll2" | "raw" | "null";
  /** What the checksum is: by default right. */
  readonly checksum?: "good" | "offloaded" | "bad";
  /** `sll_pkttype`. */
  readonly packetType?: number;
}

export const LINK_TYPES = { ethernet: 1, sll: 113, sll2: 276, raw: 101, null: 0 } as const;

const u8 = (value: number): Buffer => Buffer.of(value);
const u16 = (value: number): Buffer => Buffer.of((value >> 8) & 0xff, value & 0xff);
const u32 = (value: number): Buffer => Buffer.concat([u16(Math.floor(value / 65_536)), u16(value & 0xffff)]);

function sum16(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) + (bytes[at + 1] ?? 0);
  while (sum >> 16 !== 0) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

function addressBytes(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [left = "", right = ""] = address.split("::");
  const groups = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const head = groups(left);
  const tail = groups(right);
  const all = address.includes("::")
    ? [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail]
    : head;
  return Buffer.concat(all.map(u16));
}

function ipPacket(from: string, to: string, protocol: number, segment: Buffer): Buffer {
  const addresses = Buffer.concat([addressBytes(from), addressBytes(to)]);
  if (from.includes(":")) {
    return Buffer.concat([u32(0x60000000), u16(segment.length), u8(protocol), u8(64), addresses, segment]);
  }
  const head = [u16(0x4500), u16(20 + segment.length), u16(1), u16(0x4000), u8(64), u8(protocol)];
  const sum = sum16(Buffer.concat([...head, u16(0), addresses]));
  return Buffer.concat([...head, u16(~sum & 0xffff), addresses, segment]);
}

function withChecksum(
  [from, to]: readonly [string, string],
  protocol: number,
  segment: Buffer,
  at: number,
  kind: FrameOptions["checksum"] = "good",
): Buffer {
  const pseudo = Buffer.concat([addressBytes(from), addressBytes(to), u16(segment.length), u16(protocol)]);
  const whole = ~sum16(Buffer.concat([pseudo, segment])) & 0xffff;
  const value = kind === "offloaded" ? sum16(pseudo) : kind === "bad" ? (whole ^ 0x0101) & 0xffff : whole || 0xffff;
  return Buffer.concat([segment.subarray(0, at), u16(value), segment.subarray(at + 2)]);
}

function framed(packet: Buffer, { link = "ethernet", packetType = 0 }: FrameOptions): Buffer {
  const type = packet.readUInt8(0) >> 4 === 6 ? 0x86dd : 0x0800;
  switch (link) {
    case "ethernet":
      return Buffer.concat([Buffer.from("52540000000b52540000000a", "hex"), u16(type), packet]);
    case "sll":
      return Buffer.concat([
        u16(packetType),
        u16(1),
        u16(6),
        Buffer.from("52540000000a0000", "hex"),
        u16(type),
        packet,
      ]);
    case "sll2":
      return Buffer.concat([
        ...[u16(type), u16(0), u32(1), u16(1), u8(packetType), u8(6)],
        ...[Buffer.from("52540000000a0000", "hex"), packet],
      ]);
    case "raw":
      return packet;
    case "null":
      return Buffer.concat([Buffer.of(type === 0x0800 ? 2 : 10, 0, 0, 0), packet]);
  }
}

export function udpFrame(from: Endpoint, to: Endpoint, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const bare = Buffer.concat([u16(from.port), u16(to.port), u16(8 + payload.length), u16(0), payload]);
  const segment = withChecksum([from.address, to.address], 17, bare, 6, options.checksum);
  return framed(ipPacket(from.address, to.address, 17, segment), options);
}

export interface TcpFrameFields {
  readonly sequence: number;
  /** FIN 1, SYN 2, RST 4, ACK 16, combined. */
  readonly flags?: number;
  readonly payload?: Uint8Array;
}

export function tcpFrame(from: Endpoint, to: Endpoint, fields: TcpFrameFields, options: FrameOptions = {}): Buffer {
  const { sequence, flags = 16, payload = Buffer.alloc(0) } = fields;
  const bare = Buffer.concat([
    ...[u16(from.port), u16(to.port), u32(sequence), u32(0), u8(0x50), u8(flags)],
    ...[u16(65_535), u16(0), u16(0), payload],
  ]);
  const segment = withChecksum([from.address, to.address], 6, bare, 16, options.checksum);
  return framed(ipPacket(from.address, to.address, 6, segment), options);
}
