import type { EndpointBudget } from "../endpoint-budget.ts";

/**
 * The credit that tuning shares among the streams of a session, beyond the reserve of each (dsoftbus-transport.md#12-mux-v2).
 * What it lends counts against the endpoint's budget too, so that the growth of all sessions together is bounded; the reserve, 64 KiB for
 * a slot, is each session's own.
 */
export class CreditPool {
  readonly sharedBytes: number;
  readonly #budget: EndpointBudget | undefined;
  #takenBytes = 0;

  /** @param budget of the endpoint; undefined: `sharedBytes` is the only bound */
  constructor(sharedBytes: number, budget?: EndpointBudget) {
    this.sharedBytes = Math.max(0, sharedBytes);
    this.#budget = budget;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** All or nothing. */
  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.sharedBytes) return false;
    if (this.#budget !== undefined && !this.#budget.growReceive(bytes)) return false;
    this.#takenBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#takenBytes -= bytes;
    this.#budget?.releaseReceive(bytes);
  }
}
