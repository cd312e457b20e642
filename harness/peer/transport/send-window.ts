/** The bytes of the own direction: cut, sent, sent again. A fixed small window, well within any that the specification allows. */
import type { PnRun } from "../../observer/wire/acknowledgement.ts";

const SEGMENT_BYTES = 1_100;
/** Below an initial window of ten datagrams. */
const MAX_IN_FLIGHT = 8;
const PACKET_THRESHOLD = 3;
const FIRST_TIMEOUT_MS = 1_000;
const MAX_TIMEOUT_MS = 4_000;

export interface OwnSegment {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly fin: boolean;
}

interface SentSegment extends OwnSegment {
  readonly atMs: number;
}

export class SendWindow {
  maxInFlight = MAX_IN_FLIGHT;
  readonly #inFlight = new Map<number, SentSegment>();
  #again: OwnSegment[] = [];
  #waiting: Uint8Array[] = [];
  #sentEnd = 0;
  #isFinishing = false;
  #hasSentFin = false;
  #isFinAcknowledged = false;
  #timeoutMs = FIRST_TIMEOUT_MS;

  /** So many bytes have left once. */
  get sentEnd(): number {
    return this.#sentEnd;
  }

  get isFinAcknowledged(): boolean {
    return this.#isFinAcknowledged;
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#again.length === 0 && this.#waiting.length === 0;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#waiting.push(bytes);
  }

  finish(): void {
    this.#isFinishing = true;
  }

  /** @param creditEnd no byte at or past it may leave @returns undefined: nothing may leave now */
  next(creditEnd: number): OwnSegment | undefined {
    if (this.#inFlight.size >= this.maxInFlight) return undefined;
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const room = Math.min(SEGMENT_BYTES, creditEnd - this.#sentEnd);
    const bytes = room > 0 ? this.#take(room) : new Uint8Array();
    const fin = this.#isFinishing && !this.#hasSentFin && this.#waiting.length === 0;
    if (bytes.length === 0 && !fin) return undefined;
    const offset = this.#sentEnd;
    this.#sentEnd += bytes.length;
    this.#hasSentFin ||= fin;
    return { offset, bytes, fin };
  }

  sent(pn: number, segment: OwnSegment, atMs: number): void {
    this.#inFlight.set(pn, { ...segment, atMs });
  }

  acknowledged(named: readonly PnRun[]): void {
    const isNamed = (pn: number): boolean => named.some(({ first, last }) => first <= pn && pn <= last);
    for (const [pn, { fin }] of this.#inFlight) {
      if (isNamed(pn)) {
        this.#inFlight.delete(pn);
        this.#isFinAcknowledged ||= fin;
        this.#timeoutMs = FIRST_TIMEOUT_MS;
      } else if (pn + PACKET_THRESHOLD <= (named[0]?.last ?? 0)) this.#lose(pn);
    }
  }

  /** What waited for too long leaves again. */
  tick(atMs: number): void {
    const late = [...this.#inFlight].filter(([, { atMs: sentMs }]) => atMs - sentMs > this.#timeoutMs);
    for (const [pn] of late) this.#lose(pn);
    if (late.length > 0) this.#timeoutMs = Math.min(2 * this.#timeoutMs, MAX_TIMEOUT_MS);
  }

  #lose(pn: number): void {
    const segment = this.#inFlight.get(pn);
    this.#inFlight.delete(pn);
    if (segment !== undefined) this.#again.push({ offset: segment.offset, bytes: segment.bytes, fin: segment.fin });
  }

  #take(most: number): Uint8Array {
    const whole = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting);
    if (whole === undefined) return new Uint8Array();
    this.#waiting = whole.length > most ? [whole.subarray(most)] : [];
    return whole.subarray(0, most);
  }
}
