/** What QEMU captured at one NIC, changed: alone, so that the switch says something else, or together with what the switch delivered there. */
import type { NodeRecording, RecordedRun } from "../recordings/recording.ts";
import { viewUdp, withPayload } from "./frames.ts";
import { readRecords, writeRecords, type PcapRecord } from "./pcap-records.ts";
import { editSwitchFrames } from "./switch-frames.ts";

export interface RecordedNic {
  readonly node: string;
  readonly nic: number;
}

export function withRecords(
  run: RecordedRun,
  { node, nic }: RecordedNic,
  edit: (records: readonly PcapRecord[]) => readonly PcapRecord[],
): RecordedRun {
  const nodes = run.nodes.map((each): NodeRecording => {
    if (each.name !== node) return each;
    const captures = each.captures.map((capture, at) =>
      at === nic ? writeRecords(capture, edit(readRecords(capture))) : capture,
    );
    return { ...each, captures };
  });
  return { ...run, nodes };
}

/** @param at with its place in the switch's capture @returns the run in which the first such datagram arrived with another byte, by both who saw it */
export function withOtherArrival(
  run: RecordedRun,
  at: RecordedNic & { readonly interface: number },
  isIt: (frame: Buffer) => boolean,
): RecordedRun {
  let first: Buffer | undefined;
  const changed = editSwitchFrames(run, ({ nic, isReceived, frame }) => {
    if (nic !== at.interface || !isReceived || !isIt(frame) || first !== undefined) return undefined;
    first = frame;
    return otherByte(frame);
  });
  return withRecords(changed, at, (records) => {
    const place = records.findIndex(({ frame }) => first?.equals(frame) === true);
    return records.map((record, index) => (index === place ? { ...record, frame: otherByte(record.frame) } : record));
  });
}

function otherByte(frame: Buffer): Buffer {
  const payload = Buffer.from(viewUdp(frame)?.payload ?? []);
  payload.writeUInt8(payload.readUInt8(payload.length - 1) ^ 1, payload.length - 1);
  return withPayload(frame, payload);
}
