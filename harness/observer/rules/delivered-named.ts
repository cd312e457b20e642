import { BITMAP_PNS } from "../wire/acknowledgement.ts";
import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";
import { RunSet } from "../follow/run-set.ts";

const MOST_WAITING = 8_192;

interface Stretch {
  readonly first: number;
  readonly last: number;
}

export const deliveredNamedRule: PacketRule = {
  id: "delivered-named",
  text: "`delivered` counts no byte of a packet that came after `ack`, or that the bitmap denies.",
  requirement: "P-8",
  watch: (context) => {
    const watch = new DeliveredWatch(context);
    return { own: (packet) => watch.own(packet), heard: (packet) => watch.heard(packet) };
  },
};

class DeliveredWatch {
  readonly #context: WatchContext;
  /** By pn: bytes that came, and that this end has not been able to count yet by what it names. */
  readonly #waiting = new Map<number, Stretch>();
  readonly #taken = new RunSet(4_096);
  /** More waited than is kept: from then on nothing is known. */
  #isBlind = false;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  heard({ content: { pn, body } }: FollowedPacket): void {
    if (body.kind !== "DATA" || body.bytes.length === 0) return;
    this.#waiting.set(pn, { first: body.offset, last: body.offset + body.bytes.length - 1 });
    this.#isBlind ||= this.#waiting.size > MOST_WAITING;
    if (this.#isBlind) this.#waiting.clear();
  }

  own({ content, seen, isInOrder }: FollowedPacket): void {
    if (this.#isBlind || !isInOrder) return;
    const { pn, ack, named, delivered } = content;
    for (const [heard, stretch] of this.#waiting) {
      const isNamed = named.some(({ first, last }) => first <= heard && heard <= last);
      // Below the bitmap a packet may have been named before, or is retired.
      if (!isNamed && heard >= ack - BITMAP_PNS) continue;
      this.#taken.add(stretch.first, stretch.last);
      this.#waiting.delete(heard);
    }
    // What was forgotten may have come.
    const most = this.#taken.endOfRunFrom(this.#taken.forgottenThrough + 1);
    if (delivered > most && delivered <= this.#context.knowledge.mayDelivered)
      this.#context.speak(`pn ${pn} says ${delivered} delivered, where what it names makes it ${most}`, seen);
  }
}
