/**
 * A little-endian cursor over received bytes.
 *
 * It never throws: a read past the end, or a u64 above 2^53 - 1, yields zero (or empty bytes) and sets `hasFailed` for good. A
 * codec reads all its fields and asks once, at the end, whether what it read was there.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #position: number;
  #hasFailed = false;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#position = position;
    if (position > bytes.length) this.#hasFailed = true;
  }

  /** Something was read that was not there, or did not fit a number. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get position(): number {
    return this.#position;
  }

  get remainingBytes(): number {
    return this.#hasFailed ? 0 : this.#bytes.length - this.#position;
  }

  /** Everything was there and nothing is left over: what a codec asks at its end. */
  get isExactlyConsumed(): boolean {
    return !this.#hasFailed && this.#position === this.#bytes.length;
  }

  u8(): number {
    const at = this.#advance(1);
    return at < 0 ? 0 : (this.#bytes[at] ?? 0);
  }

  u16(): number {
    const at = this.#advance(2);
    return at < 0 ? 0 : readU16(this.#bytes, at);
  }

  u32(): number {
    const at = this.#advance(4);
    return at < 0 ? 0 : readU32(this.#bytes, at);
  }

  /**
   * A u64 as a number. Fails above 2^53 - 1: offsets and sums of the protocol stay below
   * (dsoftbus-transport.md#44-limits-of-keys).
   */
  u64(): number {
    const at = this.#advance(8);
    if (at < 0) return 0;
    const value = readU64AsNumber(this.#bytes, at);
    if (Number.isSafeInteger(value)) return value;
    this.#hasFailed = true;
    return 0;
  }

  /** @returns a view (not a copy) of the next `length` bytes */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return at < 0 ? new Uint8Array(0) : this.#bytes.subarray(at, at + length);
  }

  /** @returns a view (not a copy) of all that is left */
  rest(): Uint8Array {
    return this.bytes(this.remainingBytes);
  }

  /** @returns where the field starts, or -1 if it isn't all there */
  #advance(length: number): number {
    const at = this.#position;
    if (this.#hasFailed || length < 0 || at + length > this.#bytes.length) {
      this.#hasFailed = true;
      return -1;
    }
    this.#position = at + length;
    return at;
  }
}

/** @param at must lie at least 8 bytes before the end @returns no safe integer where the field is above 2^53 - 1 */
export function readU64AsNumber(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at + 4) * 0x1_0000_0000 + readU32(bytes, at);
}

/** @param at must lie at least 2 bytes before the end; what is missing reads as zero */
export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** @param at must lie at least 4 bytes before the end; what is missing reads as zero */
export function readU32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}
