import { writeSync } from "node:fs";

/** A reader that takes nothing for this long is taken for dead. */
const LONGEST_STALL_MS = 10_000;
const RETRY_AFTER_MS = 1;

export type WriteSync = (file: number, bytes: Uint8Array) => number;

/**
 * Writes all of `bytes` before it returns, in one system call if the platform takes them at once: lines of several processes
 * that share a console don't mix. A full pipe or terminal (EAGAIN) is waited for.
 * @param longestStallMs how long nothing may be taken
 * @throws the platform's error, or EAGAIN after `longestStallMs` without progress
 */
export function writeWhole(
  file: number,
  bytes: Uint8Array,
  write: WriteSync = writeSync,
  longestStallMs: number = LONGEST_STALL_MS,
): void {
  let offset = 0;
  let stalledMs = 0;
  while (offset < bytes.length) {
    try {
      offset += write(file, bytes.subarray(offset));
      stalledMs = 0;
    } catch (error) {
      const isFull = error instanceof Error && "code" in error && error.code === "EAGAIN";
      if (!isFull || stalledMs >= longestStallMs) throw error;
      sleepSync(RETRY_AFTER_MS);
      stalledMs += RETRY_AFTER_MS;
    }
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function sleepSync(durationMs: number): void {
  Atomics.wait(sleeper, 0, 0, durationMs);
}
