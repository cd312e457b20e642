/** Streams of the mux in a recorded run: where their bytes stand in the byte stream below. */
import { readMuxFrames, type MuxFrame } from "../../evidence/scene/decode/mux-frames.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import { patchStream, streamOf, type Way } from "./wire.ts";

export interface DataPiece {
  readonly start: number;
  readonly bytes: number;
}

/** @param name how the name of a stream begins that the self-test opened @returns its DATA one way, in order */
export function dataPieces(run: RecordedRun, way: Way, name: string): DataPiece[] {
  const id = streamId(readMuxFrames(streamOf(run, "up")).frames, name);
  return readMuxFrames(streamOf(run, way))
    .frames.filter((frame) => frame.type === "DATA")
    .filter(({ streamId: its }) => its === id)
    .map(({ end, payload }) => ({ start: end - payload.length, bytes: payload.length }));
}

/** Who took the stream says another credit than it did. */
export function withCredit(run: RecordedRun, name: string, change: (credit: number) => number): RecordedRun {
  const id = streamId(readMuxFrames(streamOf(run, "up")).frames, name);
  const answer = readMuxFrames(streamOf(run, "down"))
    .frames.filter((frame) => frame.type === "OPEN_ACK")
    .find(({ streamId: its }) => its === id);
  if (answer === undefined) return run;
  const credit = Buffer.alloc(4);
  credit.writeUInt32LE(change(answer.credit));
  return patchStream(run, "down", answer.end - 4, credit);
}

export function streamId(frames: readonly MuxFrame[], name: string): number | undefined {
  return frames.find((frame) => frame.type === "OPEN" && frame.name.startsWith(name))?.streamId;
}
