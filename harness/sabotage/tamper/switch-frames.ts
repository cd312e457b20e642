/** Frames and remarks in the switch's capture, changed where they stand: nothing of their length. */
import type { RecordedRun } from "../recordings/recording.ts";

const ENHANCED_PACKET = 6;
const FRAME_AT = 28;
const OPTION_FLAGS = 2;
const RECEIVED = 1;

export interface SwitchFrame {
  /** In the order of the machines. */
  readonly nic: number;
  readonly isReceived: boolean;
  readonly frame: Buffer;
}

/** @param edit @returns undefined from it: as it is */
export function editSwitchFrames(run: RecordedRun, edit: (seen: SwitchFrame) => Buffer | undefined): RecordedRun {
  if (run.fabric === undefined) return run;
  const edited = Buffer.from(run.fabric);
  for (let at = 0; at + 12 <= edited.length; at += edited.readUInt32LE(at + 4)) {
    if (edited.readUInt32LE(at) !== ENHANCED_PACKET) continue;
    const block = edited.subarray(at, at + edited.readUInt32LE(at + 4));
    const frame = block.subarray(FRAME_AT, FRAME_AT + block.readUInt32LE(20));
    const changed = edit({
      nic: block.readUInt32LE(8),
      isReceived: flagsOf(block) === RECEIVED,
      frame: Buffer.from(frame),
    });
    if (changed?.length === frame.length) changed.copy(frame);
  }
  return { ...run, fabric: edited };
}

/** @param from as long as `to` @returns the run with the first remark that has it saying the other */
export function withRemark(run: RecordedRun, from: string, to: string): RecordedRun {
  const at = run.fabric?.indexOf(from) ?? -1;
  if (run.fabric === undefined || at === -1 || from.length !== to.length) return run;
  const edited = Buffer.from(run.fabric);
  edited.write(to, at, "latin1");
  return { ...run, fabric: edited };
}

/** The last option before the end of options and the block's length. */
function flagsOf(block: Buffer): number | undefined {
  const at = block.length - 16;
  return block.readUInt16LE(at) === OPTION_FLAGS ? block.readUInt32LE(at + 4) : undefined;
}
