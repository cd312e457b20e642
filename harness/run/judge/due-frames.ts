/** Frames that follow from what was sent, until they are delivered. Those that never are were on their way at the end, or nobody read them. */

/** The capture has the switch's time in whole microseconds. */
const SLACK_MS = 2;

export class DueFrames {
  /** By NIC and bytes: from when on it may come, earliest first. */
  readonly #due = new Map<string, number[]>();

  /** @param fromMs not before */
  add(nic: string, frame: Buffer, fromMs: number): void {
    const key = keyOf(nic, frame);
    const times = this.#due.get(key) ?? [];
    times.push(fromMs);
    times.sort((a, b) => a - b);
    this.#due.set(key, times);
  }

  /** @returns what is wrong with its delivery */
  take(nic: string, frame: Buffer, atMs: number): string | undefined {
    const key = keyOf(nic, frame);
    const times = this.#due.get(key);
    const fromMs = times?.shift();
    if (fromMs === undefined) return `${nic}: the switch delivered a frame that follows from none that was sent`;
    if (times?.length === 0) this.#due.delete(key);
    const earlyMs = fromMs - atMs;
    return earlyMs > SLACK_MS ? `${nic}: the switch delivered a frame ${earlyMs.toFixed(1)} ms too soon` : undefined;
  }
}

function keyOf(nic: string, frame: Buffer): string {
  return `${nic} ${frame.toString("latin1")}`;
}
