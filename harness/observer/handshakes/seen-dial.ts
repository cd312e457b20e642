/** One attempt of an initiator: a MSG1 by its Noise bytes, all its copies, and the cookies that came for it. */
import { hex } from "../crypto/bytes.ts";
import type { FirstMessage } from "../noise/passive-xk.ts";
import { keyedDigest, type Msg1Parts, type RetryParts, retryTag } from "../wire/handshake-datagrams.ts";
import type { Params } from "../wire/params.ts";
import { findingOf, type HandshakeContext } from "./handshake-context.ts";
import type { HandshakeFrame } from "./handshake-rules.ts";
import { CopySchedule } from "./copy-schedule.ts";
import { isAccountable, type SeenDatagram } from "./seen-datagram.ts";

const NO_COOKIE = "00".repeat(16);
const MAX_COOKIES = 64;
/** An initiator takes one RETRY in 250 ms; what is older had its time. */
const RETRY_GAP_US = 250_000;
/** Of the dial, from the first MSG1. */
const DEADLINE_US = 10_000_000;
/** One may have been on its way out, or its RETRY have drowned in the receiver's queue. */
const STALE_COPIES = 2;

export interface DialFacts {
  readonly initiator: string;
  readonly responder: string;
  readonly low: number;
  readonly first: FirstMessage;
  readonly params: Params;
  readonly mac1Key: Uint8Array;
  readonly mac1: Uint8Array;
  /** Why a responder must drop it; undefined: it need not. */
  readonly refused: string | undefined;
  readonly frame: HandshakeFrame;
}

export class SeenDial {
  readonly facts: DialFacts;
  readonly #context: HandshakeContext;
  readonly #schedule: CopySchedule;
  readonly #cookies: { readonly cookie: string; readonly atUs: number }[] = [];
  #retry: HandshakeFrame | undefined;
  #echoed = -1;
  #stale = 0;
  #tapped = false;
  #firstUs: number | undefined;
  /** Copies of MSG1 that came where the responder is, and answers that left there. */
  #asked = 0;
  #answered = 0;

  constructor(context: HandshakeContext, facts: DialFacts) {
    this.#context = context;
    this.facts = facts;
    this.#schedule = new CopySchedule(context.timing.clockSlackUs);
  }

  /** MSG1 was seen where it left. */
  get tapped(): boolean {
    return this.#tapped;
  }

  get retryFrame(): HandshakeFrame | undefined {
    return this.#retry;
  }

  /** When MSG1 was seen first. */
  get firstUs(): number {
    return this.#firstUs ?? 0;
  }

  /** @returns by how much that is behind the deadline of the dial and all that may excuse it, in us */
  lateBy(atUs: number): number {
    return atUs - this.firstUs - DEADLINE_US - this.#context.timing.lagUs;
  }

  /** The responder sends a MSG2 or a RETRY: each is larger than nothing, and so needs one MSG1 that brought it about. */
  takeAnswer(seen: SeenDatagram, name: string): void {
    if (!isAccountable(seen) || !seen.isTapped) return;
    this.#answered += 1;
    if (this.#answered <= this.#asked) return;
    const text = `${name} is answer ${this.#answered} to ${this.#asked} copies of MSG1`;
    this.#context.report(findingOf("answers-provoked", "responder", text, seen));
  }

  takeCopy(seen: SeenDatagram, { mac1, cookie }: Msg1Parts): void {
    this.#firstUs ??= seen.atUs;
    if (!isAccountable(seen)) {
      this.#asked += 1;
      return;
    }
    const { report } = this.#context;
    if (hex(mac1) !== hex(this.facts.mac1))
      report(findingOf("mac1", "initiator", "a copy of MSG1 with another mac1", seen));
    this.#checkCookie(seen, hex(cookie));
    if (!seen.isTapped) return;
    this.#tapped = true;
    this.#checkDeadline(seen);
    const windowMs = this.#schedule.take(seen.atUs, this.#cookies.length);
    if (windowMs !== undefined)
      report(findingOf("repeats-spaced", "initiator", `more copies of MSG1 in ${windowMs} ms than are due`, seen));
  }

  /** @returns whether the tag is made for this dial */
  answersRetry({ head, tag }: RetryParts): boolean {
    return hex(retryTag(this.facts.mac1Key, head, this.facts.mac1)) === hex(tag);
  }

  /** A RETRY for this dial. */
  takeRetry(seen: SeenDatagram, { cookie }: RetryParts): void {
    this.#retry ??= { file: seen.file, number: seen.number, message: "RETRY" };
    if (seen.place !== "delivered" || this.#cookies.length >= MAX_COOKIES) return;
    this.#cookies.push({ cookie: hex(cookie), atUs: seen.atUs });
  }

  #checkDeadline(seen: SeenDatagram): void {
    if (this.lateBy(seen.atUs) <= 0) return;
    const text = `MSG1 ${((seen.atUs - this.firstUs) / 1e6).toFixed(1)} s after the first one`;
    this.#context.report(findingOf("handshake-deadline", "initiator", text, seen));
  }

  #checkCookie(seen: SeenDatagram, cookie: string): void {
    const { report } = this.#context;
    const index = this.#cookies.findLastIndex((received) => received.cookie === cookie);
    if (cookie !== NO_COOKIE && index === -1) {
      // Where the initiator has no tap, a RETRY may have come by a way that nobody saw.
      if (seen.isTapped) report(findingOf("cookie-received", "initiator", "a cookie that no RETRY brought", seen));
      return;
    }
    if (index < this.#echoed)
      report(findingOf("cookie-latest", "initiator", "an older cookie than in a copy before", seen));
    this.#echoed = Math.max(this.#echoed, index);
    const [first] = this.#cookies;
    const isStale = index === -1 && first !== undefined && seen.atUs - first.atUs >= RETRY_GAP_US;
    if (!isStale) return;
    this.#stale += 1;
    if (this.#stale === STALE_COPIES)
      report(findingOf("cookie-latest", "initiator", "MSG1 goes on without the cookie that a RETRY brought", seen));
  }
}

/** @returns the mac1 that MSG1 should have */
export function mac1Of(mac1Key: Uint8Array, { covered }: Msg1Parts): Uint8Array {
  return keyedDigest(mac1Key, covered);
}
