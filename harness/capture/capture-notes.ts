/** Records that the switch wrote beside the frames, on the frames' own clock: `NODE: LINE` when a marker's line arrived. */
import { readFileSync } from "node:fs";
import { isPcapng } from "./pcapng.ts";

const JOURNAL_EXPORT = 9;
const BLOCK_HEAD_BYTES = 8;
const BLOCK_FRAME_BYTES = 12;
const TIME_FIELD = /^__REALTIME_TIMESTAMP=(\d+)$/m;
const MESSAGE_FIELD = /^MESSAGE=(.*)$/m;
const LINE = /^(\S+): (.*)$/;

export interface CaptureNote {
  readonly node: string;
  readonly text: string;
  /** On the clock of the file's frames. */
  readonly timeUs: number;
}

/** @returns the notes of a pcapng file, in order; none from any other file. What was cut off or isn't one of ours is left out */
export function readCaptureNotes(path: string): CaptureNote[] {
  const bytes = readFileSync(path);
  return isPcapng(bytes) ? notesIn(bytes) : [];
}

/** @param bytes pcapng, little-endian, as the switch writes it */
export function notesIn(bytes: Buffer): CaptureNote[] {
  return journalIn(bytes).flatMap(({ message, timeUs }) => {
    const [, node, text] = LINE.exec(message) ?? [];
    return node === undefined || text === undefined ? [] : [{ node, text, timeUs }];
  });
}

/** @returns all that was written beside the frames, in order: lines of markers, triggers of faults, kills */
export function journalIn(bytes: Buffer): { readonly message: string; readonly timeUs: number }[] {
  const entries: { readonly message: string; readonly timeUs: number }[] = [];
  for (let at = 0; at + BLOCK_FRAME_BYTES <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    if (length < BLOCK_FRAME_BYTES || at + length > bytes.length) break;
    if (bytes.readUInt32LE(at) === JOURNAL_EXPORT) {
      const entry = bytes.toString("utf8", at + BLOCK_HEAD_BYTES, at + length - 4);
      const [, time] = TIME_FIELD.exec(entry) ?? [];
      const [, message] = MESSAGE_FIELD.exec(entry) ?? [];
      if (time !== undefined && message !== undefined) entries.push({ message, timeUs: Number(time) });
    }
    at += length;
  }
  return entries;
}
