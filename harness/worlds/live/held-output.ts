import type { RunClock } from "./clock.ts";

/**
 * What a machine says before its start has returned, held until then. A small guest is through its first line by that time, and a marker in it
 * may ask for something to be done to the machine: who hears of it must be able to. A start has a deadline, and what a machine may write has a
 * limit: so has what is held.
 */
export class HeldOutput {
  readonly #deliver: (chunk: Uint8Array, atMs: number) => void;
  readonly #clock: RunClock;
  /** Undefined once nothing is held any more. */
  #held: { readonly chunk: Uint8Array; readonly atMs: number }[] | undefined = [];

  /** @param deliver is given each chunk with the time at which it came */
  constructor(deliver: (chunk: Uint8Array, atMs: number) => void, clock: RunClock) {
    this.#deliver = deliver;
    this.#clock = clock;
  }

  take(chunk: Uint8Array): void {
    const atMs = this.#clock.nowMs();
    if (this.#held === undefined) this.#deliver(chunk, atMs);
    else this.#held.push({ chunk, atMs });
  }

  /** The start is over, well or not: all goes on as it comes. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { chunk, atMs } of held) this.#deliver(chunk, atMs);
  }
}
