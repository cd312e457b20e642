/** What this end has received, as `ack`, bitmap and ranges tell it (dsoftbus-transport.md#5-acknowledgement-and-recovery). */
import { RunSet } from "../../observer/follow/run-set.ts";
import { BITMAP_PNS } from "../../observer/wire/acknowledgement.ts";

const MAX_RANGES = 32;

export class ReceivedPns {
  readonly #pns = new RunSet();
  #largest = 0;
  #largestAtMs = 0;

  /** @returns false: it was received before */
  add(pn: number, atMs: number): boolean {
    if (this.#pns.has(pn)) return false;
    this.#pns.add(pn, pn);
    if (pn > this.#largest) [this.#largest, this.#largestAtMs] = [pn, atMs];
    return true;
  }

  report(atMs: number): { readonly ack: number; readonly ackBits: number; readonly ackDelayUs: number } {
    const ack = this.#largest;
    let ackBits = 0;
    for (let bit = 0; bit < BITMAP_PNS; bit += 1) {
      if (this.#pns.has(ack - 1 - bit)) ackBits = (ackBits | (1 << bit)) >>> 0;
    }
    const ackDelayUs = ack === 0 ? 0 : Math.round((atMs - this.#largestAtMs) * 1_000);
    return { ack, ackBits, ackDelayUs };
  }

  /** Below the bitmap, the highest first. */
  ranges(): (readonly [number, number])[] {
    const ceiling = this.#largest - BITMAP_PNS - 1;
    if (ceiling < 1) return [];
    const runs = this.#pns.within(1, ceiling).reverse().slice(0, MAX_RANGES);
    return runs.map(({ first, last }) => [first, last] as const);
  }
}
