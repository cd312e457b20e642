/**
 * In-order bytes that wait for a reader. Large pieces are kept as they came; small ones are gathered, so that a peer that
 * sends single bytes can't make us hold an object for each. What is held stays within twice of what waits, plus a block and what
 * was read of the first piece.
 */
const GATHER_BELOW_BYTES = 512;
const GATHER_BLOCK_BYTES = 4 * 1024;
/** Of a block that nothing waits before: a lone keepalive needs no more. */
const FIRST_BLOCK_BYTES = 64;
/** A piece of this size is worth reading by itself. */
const LARGE_PIECE_BYTES = 8 * 1024;

interface GatherBlock {
  readonly bytes: Uint8Array;
  usedBytes: number;
}

export class ReadQueue {
  #pieces: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;
  #heldBytes = 0;
  /** The last piece is a view of its beginning and may grow. */
  #block: GatherBlock | undefined;

  get readableBytes(): number {
    return this.#bytes;
  }

  /** Of what waits, how much lies in one piece at the front: as much can be read without a copy. */
  get firstPieceBytes(): number {
    return this.#pieces[this.#head]?.length ?? 0;
  }

  /** Memory behind the pieces: at least `readableBytes`. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** @param piece handed over: nobody changes it afterwards */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    // Where a block has room a large piece is gathered too: else one small piece between two large ones would cost a block each.
    if (piece.length < GATHER_BELOW_BYTES || piece.length <= this.#roomBytes || !isMostOfItsBuffer(piece)) {
      this.#gather(piece);
    } else {
      this.#block = undefined;
      this.#add(piece);
    }
  }

  /** @returns up to `maxBytes`: a view if one piece holds them, else a new array; undefined if nothing waits */
  read(maxBytes: number): Uint8Array | undefined {
    const length = Math.min(maxBytes, this.#bytes);
    if (length <= 0) return undefined;
    if (this.firstPieceBytes >= length) return this.#take(length);
    const whole = new Uint8Array(length);
    this.readInto(whole);
    return whole;
  }

  /** Fills the beginning of `target` with as much as waits. */
  readInto(target: Uint8Array): void {
    const length = Math.min(target.length, this.#bytes);
    for (let at = 0; at < length;) {
      const part = this.#take(length - at);
      target.set(part, at);
      at += part.length;
    }
  }

  /** The same, but a large piece comes alone, uncopied: less than waits, and less than was asked for. */
  readSome(maxBytes: number): Uint8Array | undefined {
    const first = this.#pieces[this.#head];
    const isLarge = first !== undefined && first.length >= LARGE_PIECE_BYTES;
    return this.read(isLarge ? Math.min(first.length, maxBytes) : maxBytes);
  }

  clear(): void {
    this.#pieces = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#heldBytes = 0;
    this.#block = undefined;
  }

  #add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#heldBytes += piece.buffer.byteLength;
  }

  #take(maxBytes: number): Uint8Array {
    const piece = this.#pieces[this.#head] ?? NOTHING;
    const part = piece.length > maxBytes ? piece.subarray(0, maxBytes) : piece;
    this.#bytes -= part.length;
    if (part.length < piece.length) {
      this.#pieces[this.#head] = piece.subarray(part.length);
      return part;
    }
    this.#heldBytes -= piece.buffer.byteLength;
    this.#pieces[this.#head] = NOTHING;
    this.#head += 1;
    if (this.#head === this.#pieces.length) {
      this.#pieces = [];
      this.#head = 0;
      this.#block = undefined;
    } else if (this.#head > 64 && this.#head > this.#pieces.length / 2) {
      this.#pieces.splice(0, this.#head);
      this.#head = 0;
    }
    return part;
  }

  get #roomBytes(): number {
    return this.#block === undefined ? 0 : this.#block.bytes.length - this.#block.usedBytes;
  }

  #gather(piece: Uint8Array): void {
    let block = this.#block;
    if (block === undefined || this.#roomBytes < piece.length) {
      const isAlone = this.#bytes === piece.length && piece.length <= FIRST_BLOCK_BYTES;
      const size = isAlone ? FIRST_BLOCK_BYTES : Math.max(GATHER_BLOCK_BYTES, piece.length);
      block = { bytes: new Uint8Array(size), usedBytes: 0 };
      this.#block = block;
      this.#add(block.bytes.subarray(0, 0));
    }
    block.bytes.set(piece, block.usedBytes);
    block.usedBytes += piece.length;
    const last = this.#pieces.length - 1;
    const grown = this.#pieces[last];
    const heldBytes = grown?.length ?? 0;
    this.#pieces[last] = block.bytes.subarray(block.usedBytes - piece.length - heldBytes, block.usedBytes);
  }
}

const NOTHING = new Uint8Array(0);

/** Else a short piece of a long record would keep all of it in memory. */
function isMostOfItsBuffer(piece: Uint8Array): boolean {
  return 2 * piece.length > piece.buffer.byteLength;
}
