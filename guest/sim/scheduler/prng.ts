/** A seeded sequence of random numbers: sfc32 (PractRand's small fast counter generator). Not for secrets outside of tests. */
import { draw32, drawKey } from "../../../contract/impairment/draw.ts";

export class Prng {
  readonly #state: Uint32Array;

  /** @param names tell apart the generators of one seed, so that using one more never shifts another */
  constructor(seed: number, ...names: readonly string[]) {
    const key = drawKey(seed, ...names);
    this.#state = Uint32Array.from([draw32(key, 0, 0), draw32(key, 1, 0), draw32(key, 2, 0), 1]);
    for (let i = 0; i < 15; i++) this.next32();
  }

  /** @returns a uniform 32-bit unsigned integer */
  next32(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.#state;
    const result = (a + b + counter) >>> 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = c + (c << 3);
    this.#state[2] = ((c << 21) | (c >>> 11)) + result;
    this.#state[3] = counter + 1;
    return result;
  }

  /** @returns a uniform integer in [0, bound) */
  below(bound: number): number {
    return Math.floor((this.next32() / 2 ** 32) * bound);
  }

  /** @returns a uniform number in [0, 1) */
  unit(): number {
    return this.next32() / 2 ** 32;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const word = this.next32();
      for (let k = 0; k < 4 && i + k < length; k++) bytes[i + k] = word >>> (8 * k);
    }
    return bytes;
  }
}
