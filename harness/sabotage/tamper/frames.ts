/** Ethernet frames with IPv4 and UDP inside: taken apart and put together again. */
import { withChecksums } from "./checksums.ts";

const ETHERNET_BYTES = 14;
const IP_BYTES = 20;
const UDP_BYTES = 8;
const UDP_START = ETHERNET_BYTES + IP_BYTES;
const PAYLOAD_START = UDP_START + UDP_BYTES;
const PROTOCOL_UDP = 17;
const MORE_FRAGMENTS = 0x2000;

export interface UdpView {
  readonly sourceIp: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

/** @returns undefined for anything but an unfragmented UDP datagram over IPv4 without options */
export function viewUdp(frame: Buffer): UdpView | undefined {
  const isUdp = frame.length >= PAYLOAD_START && frame.readUInt16BE(12) === 0x0800 && frame[14] === 0x45;
  if (!isUdp || frame[23] !== PROTOCOL_UDP) return undefined;
  return {
    sourceIp: [...frame.subarray(26, 30)].join("."),
    sourcePort: frame.readUInt16BE(UDP_START),
    destinationPort: frame.readUInt16BE(UDP_START + 2),
    payload: frame.subarray(PAYLOAD_START, UDP_START + frame.readUInt16BE(UDP_START + 4)),
  };
}

/** @returns the frame with another payload, all lengths and sums right */
export function withPayload(frame: Buffer, payload: Buffer): Buffer {
  const head = Buffer.from(frame.subarray(0, PAYLOAD_START));
  head.writeUInt16BE(IP_BYTES + UDP_BYTES + payload.length, 16);
  head.writeUInt16BE(UDP_BYTES + payload.length, UDP_START + 4);
  return withChecksums(Buffer.concat([head, payload]));
}

/** @returns the frame between other ports: traffic beside the session's */
export function withPorts(frame: Buffer, port: number): Buffer {
  const moved = Buffer.from(frame);
  moved.writeUInt16BE(port, UDP_START);
  moved.writeUInt16BE(port, UDP_START + 2);
  return withChecksums(moved);
}

/** @returns the datagram of the frame in two IP fragments */
export function inFragments(frame: Buffer): Buffer[] {
  const body = frame.subarray(UDP_START);
  const cut = (body.length >> 4) << 3;
  const piece = (bytes: Buffer, offset: number): Buffer => {
    const head = Buffer.from(frame.subarray(0, UDP_START));
    head.writeUInt16BE(IP_BYTES + bytes.length, 16);
    head.writeUInt16BE(offset === 0 ? MORE_FRAGMENTS : offset >> 3, 20);
    return withChecksums(Buffer.concat([head, bytes]));
  };
  return [piece(body.subarray(0, cut), 0), piece(body.subarray(cut), cut)];
}
