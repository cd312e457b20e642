/** Frames of the mux that leave in another order, or say something else: never more bytes or fewer. */
import type { RecordedRun } from "../recordings/recording.ts";
import { patchStream, streamOf, type Way } from "./wire.ts";

// Same names as in harness/observer/wire: who forges frames shares nothing with what reads them.
export const OPEN = 1;
export const MUX_DATA = 3;
export const WINDOW_UPDATE = 4;
export const MUX_CLOSE = 8;
export const MUX_HEADER_BYTES = 12;
/** An OPEN's credit stands before its name. */
const NAME_AT = MUX_HEADER_BYTES + 4;

export interface WholeFrame {
  readonly type: number;
  readonly streamId: number;
  /** Header and payload; may be written to. */
  readonly bytes: Buffer;
}

/** @param edit gives back all frames, in any order, each as long as it was */
export function withFrames(
  run: RecordedRun,
  way: Way,
  edit: (frames: readonly WholeFrame[]) => readonly WholeFrame[],
): RecordedRun {
  return patchStream(run, way, 0, Buffer.concat(edit(wholeFrames(run, way)).map(({ bytes }) => bytes)));
}

export function wholeFrames(run: RecordedRun, way: Way): WholeFrame[] {
  const stream = streamOf(run, way);
  const frames: WholeFrame[] = [];
  for (let at = 0; at + MUX_HEADER_BYTES <= stream.length;) {
    const end = at + MUX_HEADER_BYTES + stream.readUInt32LE(at + 8);
    const bytes = Buffer.from(stream.subarray(at, end));
    frames.push({ type: bytes.readUInt8(1), streamId: bytes.readUInt32LE(4), bytes });
    at = end;
  }
  return frames;
}

/** @returns id of the first stream that the dialler opened under a name that begins so */
export function openedStream(run: RecordedRun, name: string): number | undefined {
  const isNamed = ({ type, bytes }: WholeFrame): boolean =>
    type === OPEN && bytes.toString("latin1", NAME_AT).startsWith(name);
  return wholeFrames(run, "up").find(isNamed)?.streamId;
}

/** @returns the frames with the first that fits moved before the first of another kind */
export function movedBefore(
  frames: readonly WholeFrame[],
  isMoved: (frame: WholeFrame) => boolean,
  isAnchor: (frame: WholeFrame) => boolean,
): WholeFrame[] {
  const moved = frames.find(isMoved);
  const others = frames.filter((frame) => frame !== moved);
  const at = others.findIndex(isAnchor);
  return moved === undefined || at === -1 ? [...frames] : [...others.slice(0, at), moved, ...others.slice(at)];
}
