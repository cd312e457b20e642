import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";

/** Packets that were answered already may still be owed an ACK of its own, whose ranges reach further: one in 32 is. */
const MOST_SPARED = 16;
const MOST_UNREAD = 8_192;

export const acknowledgementProvokedRule: PacketRule = {
  id: "acknowledgement-provoked",
  text: "An ACK answers packets that ask for one, or tells of new credit: two sides that acknowledge acknowledgements never end.",
  requirement: "R-3",
  watch: (context) => {
    const watch = new ProvokedWatch(context);
    return { own: (packet) => watch.own(packet), heard: (packet) => watch.heard(packet) };
  },
};

class ProvokedWatch {
  readonly #context: WatchContext;
  /** Pns that ask, and that no packet of this end has named. */
  readonly #unread = new Set<number>();
  /** Those that were named, less the ACKs that left since. */
  #spared = 0;
  #toldCredit: number;

  constructor(context: WatchContext) {
    this.#context = context;
    this.#toldCredit = context.parameters.windowBytes;
  }

  heard({ content: { pn, body } }: FollowedPacket): void {
    if (body.kind !== "DATA" && body.kind !== "PING") return;
    this.#unread.add(pn);
    if (this.#unread.size <= MOST_UNREAD) return;
    const [oldest] = this.#unread;
    if (oldest !== undefined) this.#unread.delete(oldest);
  }

  own({ content, seen }: FollowedPacket): void {
    for (const pn of this.#unread) {
      if (!content.named.some(({ first, last }) => first <= pn && pn <= last)) continue;
      this.#unread.delete(pn);
      this.#spared += 1;
    }
    const credit = content.delivered + content.window;
    const tellsMore = credit > this.#toldCredit;
    if (tellsMore) this.#toldCredit = credit;
    if (content.body.kind === "ACK" && !tellsMore) this.#spend(content.pn, seen);
    // The newest alone: what was answered long ago asks for nothing.
    this.#spared = Math.min(this.#spared, MOST_SPARED);
  }

  #spend(pn: number, seen: FollowedPacket["seen"]): void {
    if (this.#spared > 0) {
      this.#spared -= 1;
      return;
    }
    // What came and can't be named: it found no room, or is too old to be listed.
    const [unread] = this.#unread;
    if (unread === undefined) this.#context.speak(`pn ${pn} is one ACK more than packets that asked for one`, seen);
    else this.#unread.delete(unread);
  }
}
