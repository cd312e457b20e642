/** Frames for tests of the switch. */
export const SERVICE_PORT = 37_021;

const MACS: Readonly<Record<string, number>> = { a: 0x5254_0000_000a, b: 0x5254_0000_000b, c: 0x5254_0000_000c };
const BROADCAST = 0xffff_ffff_ffff;

export interface TestDatagram {
  readonly from: string;
  /** Absent: broadcast. */
  readonly to?: string;
  readonly protocol?: "udp" | "tcp";
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly payload?: Buffer | string;
}

/** IPv4 with a right checksum of nothing: the switch does not look at it. */
export function testFrame(fields: TestDatagram): Buffer {
  const { from, to, protocol = "udp", sourcePort = 40_000, destinationPort = SERVICE_PORT } = fields;
  const payload = Buffer.from(fields.payload ?? "payload");
  const headerBytes = protocol === "udp" ? 8 : 20;
  const frame = Buffer.alloc(34 + headerBytes + payload.length);
  frame.writeUIntBE(to === undefined ? BROADCAST : address(to), 0, 6);
  frame.writeUIntBE(address(from), 6, 6);
  frame.writeUInt16BE(0x0800, 12);
  frame[14] = 0x45;
  frame.writeUInt16BE(frame.length - 14, 16);
  frame[23] = protocol === "udp" ? 17 : 6;
  frame.set([10, 77, 0, 1, 10, 77, 0, 2], 26);
  frame.writeUInt16BE(sourcePort, 34);
  frame.writeUInt16BE(destinationPort, 36);
  if (protocol === "udp") frame.writeUInt16BE(8 + payload.length, 38);
  else frame[46] = 5 << 4;
  payload.copy(frame, 34 + headerBytes);
  return frame;
}

export function address(name: string): number {
  const known = MACS[name];
  if (known === undefined) throw new Error(`no test NIC ${name}`);
  return known;
}

export function payloadOf(frame: Buffer): string {
  return frame.subarray(frame[23] === 17 ? 42 : 54).toString();
}
