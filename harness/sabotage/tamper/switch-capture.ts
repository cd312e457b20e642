/**
 * The switch's capture of one machine whose two NICs hang on it, taken apart and written anew: what crossed it once, both ends of it, and the
 * records between. Nothing of the readers that are to be deceived.
 */
import type { RecordedRun } from "../recordings/recording.ts";
import { enhancedPacket } from "../../capture/pcapng-blocks.ts";

const ENHANCED_PACKET = 6;
const JOURNAL_EXPORT = 9;
const FRAME_AT = 28;
const OPTION_FLAGS = 2;
const RECEIVED = 1;
const TIME = /__REALTIME_TIMESTAMP=(\d+)/;

/** A frame that was sent at one NIC and, unless it was lost, delivered at the other. */
export interface Crossing {
  readonly frame: Buffer;
  /** Index of the NIC: daemons are at 0, self-tests at 1. */
  readonly from: number;
  readonly sentUs: number;
  /** Undefined: it was on its way at the end. */
  readonly receivedUs: number | undefined;
}

export interface SwitchCapture {
  /** File header and interfaces. */
  readonly head: Buffer;
  readonly crossings: readonly Crossing[];
  /** Journal entries, as they stood. */
  readonly notes: readonly { readonly block: Buffer; readonly timeUs: number }[];
}

/** @returns the run with another capture of the switch's; one over a hub as it is */
export function withSwitchCapture(run: RecordedRun, edit: (capture: SwitchCapture) => SwitchCapture): RecordedRun {
  const { fabric } = run;
  return fabric === undefined ? run : { ...run, fabric: writeSwitchCapture(edit(readSwitchCapture(fabric))) };
}

/** @param pcapng little-endian, in microseconds, of two NICs and a link without faults: as the switch writes it */
export function readSwitchCapture(pcapng: Buffer): SwitchCapture {
  const head: Buffer[] = [];
  const notes: { block: Buffer; timeUs: number }[] = [];
  const crossings: Crossing[] = [];
  /** Places of those that have not arrived yet. */
  const underWay: number[] = [];
  for (let at = 0; at + 12 <= pcapng.length; at += pcapng.readUInt32LE(at + 4)) {
    const block = pcapng.subarray(at, at + pcapng.readUInt32LE(at + 4));
    const type = block.readUInt32LE(0);
    if (type === JOURNAL_EXPORT) notes.push({ block, timeUs: Number(TIME.exec(block.toString("latin1"))?.[1]) });
    else if (type !== ENHANCED_PACKET) head.push(block);
    else {
      const timeUs = block.readUInt32LE(12) * 2 ** 32 + block.readUInt32LE(16);
      const frame = block.subarray(FRAME_AT, FRAME_AT + block.readUInt32LE(20));
      const nic = block.readUInt32LE(8);
      const isIt = (place: number): boolean =>
        crossings[place]?.from !== nic && crossings[place]?.frame.equals(frame) === true;
      const arrived = isReceived(block) ? underWay.findIndex(isIt) : -1;
      const [place] = arrived === -1 ? [] : underWay.splice(arrived, 1);
      const crossing = place === undefined ? undefined : crossings[place];
      if (place === undefined || crossing === undefined)
        underWay.push(crossings.push({ frame, from: nic, sentUs: timeUs, receivedUs: undefined }) - 1);
      else crossings[place] = { ...crossing, receivedUs: timeUs };
    }
  }
  return { head: Buffer.concat(head), crossings, notes };
}

/** @returns the file, everything in the order of its times */
function writeSwitchCapture({ head, crossings, notes }: SwitchCapture): Buffer {
  const frames = crossings.flatMap(({ frame, from, sentUs, receivedUs }) => [
    { timeUs: sentUs, block: enhancedPacket(from, sentUs, frame, "sent") },
    ...(receivedUs === undefined
      ? []
      : [{ timeUs: receivedUs, block: enhancedPacket(otherNic(from), receivedUs, frame, "received") }]),
  ]);
  const records = [...frames, ...notes].sort((a, b) => a.timeUs - b.timeUs);
  return Buffer.concat([head, ...records.map(({ block }) => block)]);
}

/** @returns the capture with other frames in the place of each; who answers for another does so once it got what it answers */
export function editCrossings(capture: SwitchCapture, edit: (frame: Buffer) => readonly Buffer[]): SwitchCapture {
  const crossings = capture.crossings.flatMap((crossing) =>
    edit(crossing.frame).map((frame): Crossing => {
      const from = sourceNic(capture, frame) ?? crossing.from;
      if (from === crossing.from || crossing.receivedUs === undefined) return { ...crossing, frame };
      return { frame, from, sentUs: crossing.receivedUs, receivedUs: crossing.receivedUs };
    }),
  );
  return { ...capture, crossings };
}

/** @param from of frames whose address is nobody's @returns the capture with more of them at its end */
export function addCrossings(capture: SwitchCapture, frames: readonly Buffer[], from: number): SwitchCapture {
  const lastUs = Math.max(0, ...capture.crossings.map(({ sentUs, receivedUs = sentUs }) => receivedUs));
  const added = frames.map((frame): Crossing => {
    return { frame, from: sourceNic(capture, frame) ?? from, sentUs: lastUs, receivedUs: lastUs };
  });
  return { ...capture, crossings: [...capture.crossings, ...added] };
}

/** @returns the capture with its frames in another order, at the times that were */
export function reorderCrossings(capture: SwitchCapture, order: (frames: Buffer[]) => Buffer[]): SwitchCapture {
  const frames = order(capture.crossings.map(({ frame }) => frame));
  const crossings = capture.crossings.map((crossing, index): Crossing => {
    const frame = frames[index] ?? crossing.frame;
    return { ...crossing, frame, from: sourceNic(capture, frame) ?? crossing.from };
  });
  return { ...capture, crossings };
}

/** @returns the capture in which a frame left the second NIC before it got what it answers, and all else is as it was */
export function answeredBefore(capture: SwitchCapture, asked: Buffer, answer: Buffer): SwitchCapture {
  const [got, sent] = [asked, answer].map((frame) => capture.crossings.find((one) => one.frame.equals(frame)));
  if (got?.receivedUs === undefined || sent === undefined) return capture;
  const early: Crossing = { ...sent, sentUs: got.receivedUs };
  const late: Crossing = { ...got, receivedUs: sent.sentUs };
  return { ...capture, crossings: capture.crossings.map((one) => (one === got ? late : one === sent ? early : one)) };
}

/** By the addresses that were seen first at each NIC. */
function sourceNic({ crossings }: SwitchCapture, frame: Buffer): number | undefined {
  const addressOf = (sent: Buffer): string => sent.toString("hex", 6, 12);
  const nics = [0, 1].map((nic) => crossings.find(({ from }) => from === nic));
  const found = nics.find((first) => first !== undefined && addressOf(first.frame) === addressOf(frame));
  return found?.from;
}

function otherNic(nic: number): number {
  return nic === 0 ? 1 : 0;
}

/** The last option before the end of options and the block's length. */
function isReceived(block: Buffer): boolean {
  const at = block.length - 16;
  return block.readUInt16LE(at) === OPTION_FLAGS && block.readUInt32LE(at + 4) === RECEIVED;
}
