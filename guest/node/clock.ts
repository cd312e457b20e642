import type { Clock, Timer } from "../runtime/runtime.ts";

/** Node's setTimeout takes at most 2^31 - 1 ms; a longer wait is cut into pieces. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Monotonic time of the process (`performance.now`) and its timers. */
export class NodeClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  setTimer(atMs: number, callback: () => void): Timer {
    let handle: NodeJS.Timeout | undefined;
    const wait = (): void => {
      const waitMs = Math.min(Math.max(Math.ceil(atMs - performance.now()), 0), LONGEST_WAIT_MS);
      handle = setTimeout(fire, waitMs);
    };
    // libuv counts in whole milliseconds from the start of the loop's turn and may call a fraction early.
    const fire = (): void => {
      if (performance.now() < atMs) wait();
      else callback();
    };
    wait();
    return { cancel: () => clearTimeout(handle) };
  }
}
