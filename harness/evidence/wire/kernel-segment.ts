/** A TCP segment with nothing in it that a kernel doesn't put there: known flags and options, no urgent data (RFC 9293 3.1). */
import { readTcpHead } from "../../observer/wire/transport-head.ts";
import { formed, malformed, type Form } from "./form.ts";
import { hasRightSum, type Ipv4Packet } from "./ipv4-packet.ts";

const HEADER_BYTES = 20;
export const FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;
const COMBINATIONS: ReadonlySet<number> = new Set([
  ...[FLAG.syn, FLAG.syn | FLAG.ack, FLAG.ack, FLAG.psh | FLAG.ack],
  ...[FLAG.fin | FLAG.ack, FLAG.fin | FLAG.psh | FLAG.ack, FLAG.rst, FLAG.rst | FLAG.ack],
]);
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
/** Lengths by kind. SYN: segment size, window scale, selective acknowledgement; any: its ranges (RFC 2018), time stamps (RFC 7323). */
const OPTIONS_OF_SYN: Readonly<Record<number, readonly number[]>> = { 2: [4], 3: [3], 4: [2], 8: [10] };
const OPTIONS: Readonly<Record<number, readonly number[]>> = { 5: [10, 18, 26, 34], 8: [10] };

export interface KernelSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly isSyn: boolean;
  readonly isAck: boolean;
  readonly isFin: boolean;
  readonly isReset: boolean;
  readonly payload: Buffer;
}

export function readKernelSegment(packet: Ipv4Packet): Form<KernelSegment> {
  const bytes = packet.payload;
  const head = readTcpHead(bytes);
  if (head === undefined) return malformed(`${bytes.length} bytes of TCP without a whole header`);
  if (!hasRightSum(packet)) return malformed("TCP with a wrong checksum");
  const flags = bytes.readUInt8(13);
  if (!COMBINATIONS.has(flags) || (bytes.readUInt8(12) & 0x0f) !== 0)
    return malformed(`TCP with flags 0x${flags.toString(16)}`);
  if (bytes.readUInt16BE(18) !== 0) return malformed("TCP with an urgent pointer");
  const acknowledgement = bytes.readUInt32BE(8);
  if (!head.ack && acknowledgement !== 0) return malformed("TCP with a number that acknowledges nothing");
  const options = optionsProblem(bytes.subarray(HEADER_BYTES, head.headerBytes), head.syn);
  if (options !== undefined) return malformed(options);
  return formed({
    ...{ sourcePort: head.sourcePort, destinationPort: head.destinationPort, sequence: head.sequence },
    ...{ isSyn: head.syn, isAck: head.ack, isFin: head.fin, isReset: head.rst },
    acknowledgement,
    payload: bytes.subarray(head.headerBytes),
  });
}

function optionsProblem(options: Buffer, isSyn: boolean): string | undefined {
  const lengths = isSyn ? OPTIONS_OF_SYN : OPTIONS;
  for (let at = 0; at < options.length;) {
    const kind = options.readUInt8(at);
    if (kind === END_OF_OPTIONS) {
      return options.subarray(at).every((byte) => byte === 0) ? undefined : "bytes behind the last TCP option";
    }
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = options[at + 1] ?? 0;
    if (lengths[kind]?.includes(length) !== true || at + length > options.length)
      return `TCP option ${kind} of ${length} bytes`;
    at += length;
  }
  return undefined;
}
