/** The bytes of one direction's stream, as packets bring them: in order for who reads them, and compared where they come again. */
import { RunSet } from "./run-set.ts";

/** More than any window of the specification's own implementation holds; what is older is not compared any more. */
const WINDOW_BYTES = 4 * 1024 * 1024;
const PAGE_BYTES = 16 * 1024;

/** Bytes by offset, the latest few MiB. */
export class ComparedBytes {
  readonly #known = new RunSet(4_096);
  readonly #pages = new Map<number, Uint8Array>();
  #highest = 0;

  /** @returns the first offset at which other bytes stand than came before */
  put(offset: number, bytes: Uint8Array): number | undefined {
    const end = offset + bytes.length;
    this.#highest = Math.max(this.#highest, end);
    const lowest = this.#highest - WINDOW_BYTES;
    const skipped = Math.max(0, Math.ceil((lowest - offset) / PAGE_BYTES) * PAGE_BYTES);
    const differsAt = this.#compare(offset + skipped, bytes.subarray(skipped));
    if (skipped < bytes.length) this.#known.add(offset + skipped, end - 1);
    for (const page of this.#pages.keys()) {
      if ((page + 1) * PAGE_BYTES > lowest) break;
      this.#pages.delete(page);
    }
    return differsAt;
  }

  #compare(offset: number, bytes: Uint8Array): number | undefined {
    let differsAt: number | undefined;
    for (let at = 0; at < bytes.length;) {
      const number = Math.floor((offset + at) / PAGE_BYTES);
      const within = (offset + at) % PAGE_BYTES;
      const part = bytes.subarray(at, at + PAGE_BYTES - within);
      const known = this.#pages.get(number);
      const page = known ?? new Uint8Array(PAGE_BYTES);
      if (known === undefined) this.#pages.set(number, page);
      else differsAt ??= this.#differs(page, number * PAGE_BYTES, offset + at, part);
      page.set(part, within);
      at += part.length;
    }
    return differsAt;
  }

  #differs(page: Uint8Array, pageOffset: number, offset: number, part: Uint8Array): number | undefined {
    for (const { first, last } of this.#known.within(offset, offset + part.length - 1)) {
      const before = page.subarray(first - pageOffset, last + 1 - pageOffset);
      const now = part.subarray(first - offset, last + 1 - offset);
      if (Buffer.compare(before, now) === 0) continue;
      return first + before.findIndex((byte, index) => byte !== now[index]);
    }
    return undefined;
  }
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Hands bytes on in their order, each once. */
export class BytesInOrder {
  /** By offset; they may overlap. */
  readonly #waiting: Piece[] = [];
  #waitingBytes = 0;
  #end = 0;
  #hasGivenUp = false;

  /** Up to here everything was handed on. */
  get end(): number {
    return this.#end;
  }

  /** More waited behind a gap than is kept. */
  get hasGivenUp(): boolean {
    return this.#hasGivenUp;
  }

  /** @returns what follows in order now */
  put(offset: number, bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length === 0 || offset + bytes.length <= this.#end || this.#hasGivenUp) return [];
    if (offset > this.#end) {
      this.#wait({ offset, bytes });
      return [];
    }
    const ready = [bytes.subarray(this.#end - offset)];
    this.#end = offset + bytes.length;
    for (let piece = this.#waiting[0]; piece !== undefined && piece.offset <= this.#end; piece = this.#waiting[0]) {
      this.#waiting.shift();
      this.#waitingBytes -= piece.bytes.length;
      if (piece.offset + piece.bytes.length <= this.#end) continue;
      ready.push(piece.bytes.subarray(this.#end - piece.offset));
      this.#end = piece.offset + piece.bytes.length;
    }
    return ready;
  }

  #wait(piece: Piece): void {
    let index = this.#waiting.length;
    while (index > 0 && (this.#waiting[index - 1]?.offset ?? 0) > piece.offset) index -= 1;
    const before = this.#waiting[index - 1];
    if (before !== undefined && before.offset + before.bytes.length >= piece.offset + piece.bytes.length) return;
    this.#waiting.splice(index, 0, piece);
    this.#waitingBytes += piece.bytes.length;
    if (this.#waitingBytes <= WINDOW_BYTES) return;
    this.#hasGivenUp = true;
    this.#waiting.length = 0;
  }
}
