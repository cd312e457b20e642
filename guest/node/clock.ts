import { DeadlineHeap, HeapItem } from "../core/index.ts";
import type { Clock, Timer } from "../runtime/runtime.ts";

/** Node's setTimeout takes at most 2^31 - 1 ms; a longer wait is cut into pieces. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Node's timer may come early by as much: to move it costs a microsecond or two, to be woken for nothing hundreds. */
const FAR_MS = 5;

/**
 * Monotonic time of the process (`performance.now`) and its timers. However many there are, one of Node's is armed: a thousand idle
 * sessions each have a deadline, and most of them move before they are reached.
 *
 * What waits in a socket is read before a timer that is due acts: after a turn that took long, on a machine that is busy or was paused,
 * Node runs timers first, and a connection would end as idle whose packets are there. The first immediate lets the event loop read, and the
 * second lets what was read be handled.
 */
export class NodeClock implements Clock {
  readonly #pending = new DeadlineHeap<NodeTimer>();
  /** Those whose time has come, while they are called; one array for all turns. */
  readonly #due: NodeTimer[] = [];
  readonly #onCancel = (timer: NodeTimer): void => this.#cancel(timer);
  #armed: NodeJS.Timeout | undefined;
  #reading: NodeJS.Immediate | undefined;
  /** What is looked at anyway needs no arming. */
  #looksAtMs = Infinity;

  nowMs(): number {
    return performance.now();
  }

  setTimer(atMs: number, callback: () => void): Timer {
    const timer = new NodeTimer(callback, this.#onCancel);
    this.#pending.set(timer, atMs);
    this.#arm();
    return timer;
  }

  #cancel(timer: NodeTimer): void {
    this.#pending.set(timer, undefined);
    timer.isDue = false;
    // One that is armed too early finds nothing due; one that nobody waits for would keep the process from ending.
    if (this.#pending.size === 0) this.#disarm();
  }

  #arm(): void {
    const nextMs = this.#pending.nextMs;
    if (nextMs === undefined || this.#looksAtMs === -Infinity) return;
    if (nextMs >= this.#looksAtMs && nextMs - this.#looksAtMs <= FAR_MS) return;
    clearTimeout(this.#armed);
    const waitMs = Math.min(Math.max(Math.ceil(nextMs - performance.now()), 0), LONGEST_WAIT_MS);
    this.#looksAtMs = nextMs;
    this.#armed = setTimeout(() => this.#fire(), waitMs);
  }

  #disarm(): void {
    clearTimeout(this.#armed);
    clearImmediate(this.#reading);
    this.#looksAtMs = Infinity;
  }

  #fire(): void {
    this.#looksAtMs = Infinity;
    // libuv counts in whole milliseconds from the start of the loop's turn and may call a fraction early.
    if ((this.#pending.nextMs ?? Infinity) > performance.now()) return this.#arm();
    this.#looksAtMs = -Infinity;
    this.#reading = setImmediate(() => (this.#reading = setImmediate(() => this.#callDue())));
  }

  #callDue(): void {
    const nowMs = performance.now();
    // All of them first: what a callback sets for a time that has passed comes with a later turn, after the sockets had theirs.
    for (let timer = this.#pending.takeDue(nowMs); timer !== undefined; timer = this.#pending.takeDue(nowMs)) {
      timer.isDue = true;
      this.#due.push(timer);
    }
    this.#looksAtMs = Infinity;
    try {
      for (const timer of this.#due) {
        if (!timer.isDue) continue;
        timer.isDue = false;
        timer.callback();
      }
    } finally {
      // Of one that threw the others know nothing.
      for (const timer of this.#due) if (timer.isDue) this.#pending.set(timer, nowMs);
      this.#due.length = 0;
      this.#arm();
    }
  }
}

/** What the clock holds of a timer is what its setter holds: idle sessions set hundreds a second. */
class NodeTimer extends HeapItem implements Timer {
  readonly callback: () => void;
  /** Its time has come, and it is about to be called. */
  isDue = false;
  readonly #onCancel: (timer: NodeTimer) => void;

  constructor(callback: () => void, onCancel: (timer: NodeTimer) => void) {
    super();
    this.callback = callback;
    this.#onCancel = onCancel;
  }

  cancel(): void {
    this.#onCancel(this);
  }
}
