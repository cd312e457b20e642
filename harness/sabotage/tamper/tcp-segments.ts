/** TCP segments over IPv4, and streams that say less than they did. */
import { SESSION_PORT } from "../../topology/addressing.ts";
import { withChecksums } from "./checksums.ts";

const IP_START = 14;
const TCP_START = 34;
const PROTOCOL_TCP = 6;
const FLAG_SYN = 2;
const FLAG_ACK = 16;

export interface TcpView {
  readonly fromClient: boolean;
  readonly isSyn: boolean;
  readonly hasAck: boolean;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly payload: Buffer;
}

/** @returns undefined for anything but a segment from or to the session's port, over IPv4 without options */
export function viewTcp(frame: Buffer): TcpView | undefined {
  const isTcp = frame.length >= TCP_START + 20 && frame.readUInt16BE(12) === 0x0800 && frame[IP_START] === 0x45;
  if (!isTcp || frame[23] !== PROTOCOL_TCP) return undefined;
  const fromClient = frame.readUInt16BE(TCP_START + 2) === SESSION_PORT;
  if (!fromClient && frame.readUInt16BE(TCP_START) !== SESSION_PORT) return undefined;
  const flags = frame.readUInt8(TCP_START + 13);
  return {
    fromClient,
    isSyn: (flags & FLAG_SYN) !== 0,
    hasAck: (flags & FLAG_ACK) !== 0,
    sequence: frame.readUInt32BE(TCP_START + 4),
    acknowledgement: frame.readUInt32BE(TCP_START + 8),
    payload: frame.subarray(payloadStart(frame), IP_START + frame.readUInt16BE(IP_START + 2)),
  };
}

/** @returns the segment with other payload and numbers, all lengths and sums right */
export function withSegment(frame: Buffer, change: Partial<TcpView>): Buffer {
  const head = Buffer.from(frame.subarray(0, payloadStart(frame)));
  const payload = change.payload ?? viewTcp(frame)?.payload ?? Buffer.alloc(0);
  head.writeUInt16BE(head.length - IP_START + payload.length, IP_START + 2);
  if (change.sequence !== undefined) head.writeUInt32BE(change.sequence >>> 0, TCP_START + 4);
  if (change.acknowledgement !== undefined) head.writeUInt32BE(change.acknowledgement >>> 0, TCP_START + 8);
  return withChecksums(Buffer.concat([head, payload]));
}

/**
 * @param at sequence number of a segment of the client's
 * @returns an edit that gives that segment less payload, and moves all numbers after it
 */
export function shorterSegment(at: number, payload: Buffer, missingBytes: number): (frame: Buffer) => Buffer {
  const isAfter = (number: number): boolean => ((number - at) | 0) > 0;
  return (frame) => {
    const segment = viewTcp(frame);
    if (segment === undefined) return frame;
    const { fromClient, sequence, acknowledgement } = segment;
    if (!fromClient) {
      return isAfter(acknowledgement) ? withSegment(frame, { acknowledgement: acknowledgement - missingBytes }) : frame;
    }
    if (sequence === at && segment.payload.length > 0) return withSegment(frame, { payload });
    return isAfter(sequence) ? withSegment(frame, { sequence: sequence - missingBytes }) : frame;
  };
}

function payloadStart(frame: Buffer): number {
  return TCP_START + (frame.readUInt8(TCP_START + 12) >> 4) * 4;
}
