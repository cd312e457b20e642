/**
 * When a handshake message leaves again (dsoftbus-transport.md#35-repeats-deadlines-refusals): after 250, 250, 500, 500 ms,
 * then every 1000 ms.
 */
import { REPEAT_GAPS_MS } from "./constants.ts";

export class RepeatSchedule {
  #sends = 0;
  #nextMs: number;

  readonly #copies: number;

  /** @param firstMs when the first copy is due @param copies how many leave by themselves, `hasten` aside */
  constructor(firstMs: number, copies = Infinity) {
    this.#nextMs = firstMs;
    this.#copies = copies;
  }

  get nextMs(): number {
    return this.#nextMs;
  }

  get sends(): number {
    return this.#sends;
  }

  /** @returns whether a copy is due; if so it counts as sent, and the next one is a gap away from now */
  takeDue(nowMs: number): boolean {
    if (nowMs < this.#nextMs) return false;
    const gapMs = REPEAT_GAPS_MS[Math.min(this.#sends, REPEAT_GAPS_MS.length - 1)] ?? 0;
    this.#sends += 1;
    this.#nextMs = this.#sends >= this.#copies ? Infinity : nowMs + gapMs;
    return true;
  }

  /** The next copy leaves at once; those after it keep their gaps. */
  hasten(nowMs: number): void {
    this.#nextMs = Math.min(this.#nextMs, nowMs);
  }
}
