import type { Clock, Timer } from "../runtime/runtime.ts";

/** Node's setTimeout takes at most 2^31 - 1 ms; a longer wait is cut into pieces. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Monotonic time of the process (`performance.now`) and its timers.
 *
 * What waits in a socket is read before a timer that is due acts: after a turn that took long, on a machine that is busy or was paused,
 * Node runs timers first, and a connection would end as idle whose packets are there. The first immediate lets the event loop read, and the
 * second lets what was read be handled.
 */
export class NodeClock implements Clock {
  nowMs(): number {
    return performance.now();
  }

  setTimer(atMs: number, callback: () => void): Timer {
    let handle: NodeJS.Timeout | undefined;
    let reading: NodeJS.Immediate | undefined;
    const wait = (): void => {
      const waitMs = Math.min(Math.max(Math.ceil(atMs - performance.now()), 0), LONGEST_WAIT_MS);
      handle = setTimeout(fire, waitMs);
    };
    // libuv counts in whole milliseconds from the start of the loop's turn and may call a fraction early.
    const fire = (): void => {
      if (performance.now() < atMs) wait();
      else reading = setImmediate(() => (reading = setImmediate(callback)));
    };
    wait();
    return {
      cancel: () => {
        clearTimeout(handle);
        clearImmediate(reading);
      },
    };
  }
}
