/** The bytes of the own direction: cut, sent, sent again. A fixed small window, well within any that the specification allows. */
import type { PnRun } from "../../observer/wire/acknowledgement.ts";

const SEGMENT_BYTES = 1_100;
/** Below an initial window of ten datagrams. */
const MAX_IN_FLIGHT = 8;
const PACKET_THRESHOLD = 3;
/** Of what waits for too long: whatever it was that made the far end silent, no more may leave beside the window (dsoftbus-transport.md#5-acknowledgement-and-recovery). */
const PROBES_PER_TIMEOUT = 2;
const FIRST_TIMEOUT_MS = 1_000;
const MAX_TIMEOUT_MS = 4_000;

export interface OwnSegment {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly fin: boolean;
}

export class SendWindow {
  maxInFlight = MAX_IN_FLIGHT;
  readonly #inFlight = new Map<number, OwnSegment>();
  #again: OwnSegment[] = [];
  #waiting: Uint8Array[] = [];
  #sentEnd = 0;
  #isFinishing = false;
  #hasSentFin = false;
  #isFinAcknowledged = false;
  #timeoutMs = FIRST_TIMEOUT_MS;
  /** When something left last. */
  #sentMs = 0;

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
    this.#inFlight.set(pn, segment);
    this.#sentMs = atMs;
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

  /** After a silence the oldest leaves again. */
  tick(atMs: number): void {
    if (this.#inFlight.size === 0 || atMs - this.#sentMs <= this.#timeoutMs) return;
    for (const pn of [...this.#inFlight.keys()].slice(0, PROBES_PER_TIMEOUT)) this.#lose(pn);
    this.#timeoutMs = Math.min(2 * this.#timeoutMs, MAX_TIMEOUT_MS);
  }

  #lose(pn: number): void {
    const segment = this.#inFlight.get(pn);
    this.#inFlight.delete(pn);
    if (segment !== undefined) this.#again.push(segment);
  }

  #take(most: number): Uint8Array {
    const whole = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting);
    if (whole === undefined) return new Uint8Array();
    this.#waiting = whole.length > most ? [whole.subarray(most)] : [];
    return whole.subarray(0, most);
  }
}
