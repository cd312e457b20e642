/**
 * What one end of a session may know and must know.
 *
 * May: everything that was delivered at its tap so far. It may have read it or not; whatever it does must be allowed by that much.
 * Must: the packets that it named itself in acknowledgements of its own, in the order of its pns. It can't say that it hasn't read them.
 * Time alone decides nothing: a tap sees what arrives before the end does, and what leaves after it.
 */
import { coveredFrom, type PnRun } from "../wire/acknowledgement.ts";
import type { ReadPacket } from "../wire/packet-content.ts";
import { PnWindow } from "./pn-window.ts";
import { RunSet } from "./run-set.ts";
import type { End, SessionPacket } from "./session-packet.ts";

/** A packet that was read, and where it was seen. */
export interface FollowedPacket {
  readonly content: ReadPacket;
  readonly seen: SessionPacket;
  /** No packet of its sender with a higher pn was seen before it at this tap. */
  readonly isInOrder: boolean;
}

/** What a packet that arrived can make its receiver know. */
interface Heard {
  readonly pn: number;
  readonly offset: number;
  readonly length: number;
  readonly named: readonly PnRun[];
  readonly covered: number;
  readonly ack: number;
}

/** An acknowledgement that its receiver must know, of the receiver's own pns. */
export interface KnownReport {
  readonly ack: number;
  readonly named: readonly PnRun[];
  readonly covered: number;
}

export class EndKnowledge {
  readonly end: End;
  /** Pns of the peer that may be known. */
  readonly mayPns = new RunSet();
  /** Those that this end named. */
  readonly mustPns = new RunSet();
  /** Own pns that the peer is known to have named, at most. */
  readonly mayAcknowledged = new RunSet();
  /** Pns of the peer that this end may have stopped listing: the peer may have said that it heard of them. */
  readonly mayRetire = new RunSet();
  readonly #mayOffsets = new RunSet(4_096);
  readonly #mustOffsets = new RunSet(4_096);
  readonly #heard = new PnWindow<Heard>(8_192);
  /** What own packets named, until the peer named them. */
  readonly #reported = new PnWindow<{ readonly runs: readonly PnRun[]; isHeard: boolean }>(8_192);
  #mayCredit: number;
  #mayDelivered = 0;
  #mustDelivered = 0;
  #largestOwn = 0;

  /** @param creditBytes what the peer declared as its window */
  constructor(end: End, creditBytes: number) {
    this.end = end;
    this.#mayCredit = creditBytes;
  }

  /** Up to this offset the peer may have allowed it to send. */
  get mayCredit(): number {
    return this.#mayCredit;
  }

  /** So many bytes of the peer's stream may have arrived without a gap. */
  get mayDelivered(): number {
    return this.#mayDelivered;
  }

  /** So many must have. */
  get mustDelivered(): number {
    return this.#mustDelivered;
  }

  /** The largest pn that this end was seen to use. */
  get largestOwn(): number {
    return this.#largestOwn;
  }

  /** A packet of the peer arrived. @returns false if it is a copy */
  hear({ content }: FollowedPacket): boolean {
    const { pn, named, delivered, window, body, ack } = content;
    if (this.mayPns.has(pn)) return false;
    this.mayPns.add(pn, pn);
    this.#mayCredit = Math.max(this.#mayCredit, delivered + window);
    const [offset, length] = body.kind === "DATA" ? [body.offset, body.bytes.length] : [0, 0];
    if (length > 0) this.#mayOffsets.add(offset, offset + length - 1);
    // What was forgotten may have come.
    this.#mayDelivered = this.#mayOffsets.endOfRunFrom(this.#mayOffsets.forgottenThrough + 1);
    const ranges = body.kind === "ACK" ? body.ranges : [];
    const covered = coveredFrom({ ack, bits: content.ackBits, ranges });
    this.#heard.insert(pn, { pn, offset, length, named, covered, ack });
    for (const { first, last } of named) {
      for (const reported of this.#reported.within(first, last)) {
        if (reported.isHeard) continue;
        reported.isHeard = true;
        for (const run of reported.runs) this.mayRetire.add(run.first, run.last);
      }
      this.mayAcknowledged.add(first, last);
    }
    return true;
  }

  /**
   * An own packet left, which is the latest by its pn: what it names its sender has read.
   *
   * @returns the acknowledgements that it must know from now on
   */
  confess(content: ReadPacket): KnownReport[] {
    const known: KnownReport[] = [];
    for (const { first, last } of content.named) {
      for (const heard of this.#heard.within(first, last)) {
        if (this.mustPns.has(heard.pn)) continue;
        if (heard.length > 0) this.#mustOffsets.add(heard.offset, heard.offset + heard.length - 1);
        if (heard.ack > 0) known.push({ ack: heard.ack, named: heard.named, covered: heard.covered });
      }
    }
    this.#mustDelivered = this.#mustOffsets.endOfRunFrom(0);
    return known;
  }

  /** The rules have looked at an own packet. */
  close({ content }: FollowedPacket): void {
    const { pn, named } = content;
    if (pn >= this.#largestOwn) {
      this.#largestOwn = pn;
      for (const { first, last } of named) this.mustPns.add(first, last);
    }
    this.#reported.insert(pn, { runs: named, isHeard: false });
  }
}
