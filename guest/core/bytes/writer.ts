/** Why bytes could not be written: always a mistake of the caller, never of the wire. */
export class ByteWriterError extends Error {
  readonly code = "BYTE_WRITER";

  constructor(message: string) {
    super(message);
    this.name = "ByteWriterError";
  }
}

/**
 * A little-endian cursor that fills an array of known size.
 *
 * Every method returns the writer, and throws `ByteWriterError` if the value does not fit its field or the field does not fit
 * the array: a silently wrapped length would be a wire bug far from its cause.
 */
export class ByteWriter {
  readonly #bytes: Uint8Array;
  #position = 0;

  /** @param target how many bytes to make, or the array to fill from its beginning */
  constructor(target: number | Uint8Array) {
    this.#bytes = typeof target === "number" ? new Uint8Array(target) : target;
  }

  /** Begins anew, for who fills the same array many times: what was written before is overwritten, or stays behind what is written. */
  restart(): this {
    this.#position = 0;
    return this;
  }

  /** Begins anew, with zeros. */
  wipe(): void {
    this.#bytes.fill(0);
    this.#position = 0;
  }

  get position(): number {
    return this.#position;
  }

  get remainingBytes(): number {
    return this.#bytes.length - this.#position;
  }

  u8(value: number): this {
    this.#bytes[this.#advance(1, value, 0xff)] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.#advance(2, value, 0xffff);
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    return this;
  }

  u32(value: number): this {
    writeU32(this.#bytes, this.#advance(4, value, 0xffff_ffff), value);
    return this;
  }

  /** @param value a whole number up to 2^53 - 1 */
  u64(value: number): this {
    const at = this.#advance(8, value, Number.MAX_SAFE_INTEGER);
    writeU32(this.#bytes, at, value % 0x1_0000_0000);
    writeU32(this.#bytes, at + 4, Math.floor(value / 0x1_0000_0000));
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#bytes.set(value, this.#advance(value.length, 0, 0));
    return this;
  }

  /** Leaves the next `length` bytes at zero. */
  zeros(length: number): this {
    const at = this.#advance(length, 0, 0);
    this.#bytes.fill(0, at, at + length);
    return this;
  }

  /** @returns the whole array, which must be full */
  finish(): Uint8Array {
    if (this.remainingBytes !== 0) throw new ByteWriterError(`${this.remainingBytes} bytes were left unwritten`);
    return this.#bytes;
  }

  /** @returns a view of what was written so far */
  written(): Uint8Array {
    return this.#position === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#position);
  }

  #advance(length: number, value: number, maximum: number): number {
    if (!Number.isInteger(value) || value < 0 || value > maximum) {
      throw new ByteWriterError(`${value} does not fit a field of ${length} bytes`);
    }
    const at = this.#position;
    if (at + length > this.#bytes.length) {
      throw new ByteWriterError(`${length} bytes do not fit at ${at} of ${this.#bytes.length}`);
    }
    this.#position = at + length;
    return at;
  }
}

/** Writes the low 32 bits of `value`, little-endian, unchecked: for fast paths that checked before. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
