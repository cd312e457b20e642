/** One direction of a TCP connection at one tap: its bytes in order, and whether what was sent again is what was sent before. */
import type { SeenAt } from "./handshake-rules.ts";

/** Segments that wait behind a gap; more than any window holds. */
const MAX_WAITING_BYTES = 8 << 20;
/** How far back what was delivered is compared with what comes again. */
const KEPT_BYTES = 1 << 20;

export interface TcpPiece extends SeenAt {
  readonly atUs: number;
  readonly bytes: Uint8Array;
}

interface Placed {
  readonly at: number;
  readonly piece: TcpPiece;
}

export interface TcpProgress {
  readonly pieces: readonly TcpPiece[];
  /** Bytes that came again, and differ. */
  readonly differs: boolean;
  /** More waits than is kept: a part was never seen. */
  readonly isLost: boolean;
}

export class TcpStream {
  #next: number;
  /** Bytes that were delivered. */
  #position = 0;
  #kept: Placed[] = [];
  #waiting: Placed[] = [];
  #lost = false;

  /** @param firstSequence of the first byte: that of SYN and one */
  constructor(firstSequence: number) {
    this.#next = firstSequence >>> 0;
  }

  get hasGap(): boolean {
    return this.#waiting.length > 0;
  }

  add(sequence: number, piece: TcpPiece): TcpProgress {
    const at = this.#position + ((sequence - this.#next) | 0);
    // New bytes in order, which most are, meet nothing that is kept.
    const known = at < this.#position ? [...this.#kept, ...this.#waiting] : this.#waiting;
    const differs = known.some((placed) => overlapDiffers(placed, { at, piece }));
    const pieces: TcpPiece[] = [];
    if (at + piece.bytes.length > this.#position && !this.#lost) this.#waiting.push({ at, piece });
    for (let ready = this.#takeReady(); ready !== undefined; ready = this.#takeReady()) pieces.push(ready);
    this.#lost ||= this.#waiting.reduce((sum, { piece: { bytes } }) => sum + bytes.length, 0) > MAX_WAITING_BYTES;
    if (this.#lost) this.#waiting = [];
    return { pieces, differs, isLost: this.#lost };
  }

  #takeReady(): TcpPiece | undefined {
    this.#waiting = this.#waiting.filter(({ at, piece }) => at + piece.bytes.length > this.#position);
    const index = this.#waiting.findIndex(({ at }) => at <= this.#position);
    const [placed] = index === -1 ? [] : this.#waiting.splice(index, 1);
    if (placed === undefined) return undefined;
    const bytes = placed.piece.bytes.subarray(this.#position - placed.at);
    const piece = { ...placed.piece, bytes };
    this.#kept.push({ at: this.#position, piece });
    this.#position += bytes.length;
    this.#next = (this.#next + bytes.length) >>> 0;
    while (this.#kept.length > 1 && this.#position - endOf(this.#kept[0]) > KEPT_BYTES) this.#kept.shift();
    return piece;
  }
}

function endOf(placed: Placed | undefined): number {
  return placed === undefined ? 0 : placed.at + placed.piece.bytes.length;
}

function overlapDiffers(a: Placed, b: Placed): boolean {
  const from = Math.max(a.at, b.at);
  const end = Math.min(endOf(a), endOf(b));
  if (from >= end) return false;
  const part = ({ at, piece }: Placed): Uint8Array => piece.bytes.subarray(from - at, end - at);
  return Buffer.compare(part(a), part(b)) !== 0;
}
