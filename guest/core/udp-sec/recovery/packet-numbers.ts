/**
 * Packet numbers of the sending direction. Each is used once; one in 64 .. 1024 is skipped, so that a peer that acknowledges
 * what it never received is found out (dsoftbus-transport.md#41-header, RFC 9000 21.4).
 */
import { readU32 } from "../../bytes/reader.ts";
import type { RandomBytes } from "../../crypto/primitives.ts";
import type { Acknowledgement } from "../packet/packet-content.ts";

const MIN_SKIP_DISTANCE = 64;
const MAX_SKIP_DISTANCE = 1024;
const REMEMBERED_SKIPS = 16;
/** The header has 32 bits: past it not even a CLOSE can leave. */
const LAST_WIRE_NUMBER = 2 ** 32 - 1;

export class PacketNumbers {
  readonly #random: RandomBytes;
  readonly #limit: number;
  readonly #skipped: number[] = [];
  #next = 1;
  #nextSkip: number;

  /** @param limit the last number that anything but a CLOSE may use */
  constructor(random: RandomBytes, limit: number) {
    this.#random = random;
    this.#limit = limit;
    this.#nextSkip = this.#drawSkip(0);
  }

  /** The largest number used or skipped so far. */
  get largest(): number {
    return this.#next - 1;
  }

  get skipped(): readonly number[] {
    return this.#skipped;
  }

  /** Nothing but a CLOSE may leave any more (KEY_EXHAUSTED). */
  get isExhausted(): boolean {
    return this.#peek() > this.#limit;
  }

  /** Not even a CLOSE can leave. */
  get isWireExhausted(): boolean {
    return this.#peek() > LAST_WIRE_NUMBER;
  }

  take(): number {
    if (this.#next === this.#nextSkip) {
      this.#skipped.push(this.#next);
      if (this.#skipped.length > REMEMBERED_SKIPS) this.#skipped.shift();
      this.#nextSkip = this.#drawSkip(this.#next);
      this.#next += 1;
    }
    const packetNumber = this.#next;
    this.#next += 1;
    return packetNumber;
  }

  /** The peer acknowledges only what was sent, as far as we remember: else PROTOCOL. */
  isPlausible(acknowledgement: Acknowledgement): boolean {
    if (acknowledgement.largest >= this.#next) return false;
    for (const skipped of this.#skipped) {
      if (skipped < acknowledgement.coveredFrom) continue;
      for (const { first, last } of acknowledgement.runs) if (first <= skipped && skipped <= last) return false;
    }
    return true;
  }

  #peek(): number {
    return this.#next === this.#nextSkip ? this.#next + 1 : this.#next;
  }

  #drawSkip(after: number): number {
    const draw = readU32(this.#random(4), 0) % (MAX_SKIP_DISTANCE - MIN_SKIP_DISTANCE + 1);
    return after + MIN_SKIP_DISTANCE + draw;
  }
}
