/**
 * A 64-bit fingerprint of everything that was observed in a run, in order. Two lanes of a 32-bit multiply-xor hash: enough to
 * tell runs apart, not a defence against anyone.
 */
export class TraceHash {
  #low = 0x811c9dc5 | 0;
  #high = 0x01000193 | 0;

  /** Any integer up to 2^53; times are given in whole microseconds. */
  number(value: number): void {
    this.#word(value >>> 0);
    this.#word(Math.floor(value / 2 ** 32) >>> 0);
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) this.#word(value.charCodeAt(i));
    this.#word(0x10000 + value.length);
  }

  bytes(value: Uint8Array): void {
    const whole = value.length & ~3;
    for (let i = 0; i < whole; i += 4) {
      this.#word(
        (value[i] ?? 0) | ((value[i + 1] ?? 0) << 8) | ((value[i + 2] ?? 0) << 16) | ((value[i + 3] ?? 0) << 24),
      );
    }
    for (let i = whole; i < value.length; i++) this.#word(value[i] ?? 0);
    this.#word(value.length);
  }

  /** @returns 16 hex digits */
  digest(): string {
    return hex(this.#high) + hex(this.#low);
  }

  #word(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193);
    this.#low = (this.#low << 13) | (this.#low >>> 19);
    this.#high = Math.imul(this.#high ^ this.#low ^ word, 0x85ebca6b);
    this.#high ^= this.#high >>> 15;
  }
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
