/** Whole numbers of either sign up to 2^52 as zigzag varints: near zero one byte. */

const START_BYTES = 4_096;

export class NumberWriter {
  #bytes = new Uint8Array(START_BYTES);
  #length = 0;

  /** @throws RangeError for what is no whole number that fits */
  write(value: number): void {
    if (!Number.isInteger(value) || !Number.isSafeInteger(value * 2)) throw new RangeError(`${value} can't be written`);
    let rest = value < 0 ? -value * 2 - 1 : value * 2;
    do {
      if (this.#length === this.#bytes.length) this.#grow();
      const low = rest % 128;
      rest = (rest - low) / 128;
      this.#bytes[this.#length++] = rest > 0 ? low + 128 : low;
    } while (rest > 0);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

export class NumberReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws RangeError at the end */
  read(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("the numbers end in the middle");
      value += (byte & 127) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }
}
