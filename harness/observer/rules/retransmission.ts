import { SeenFlight } from "../follow/seen-flight.ts";
import { PnWindow } from "../follow/pn-window.ts";
import { RunSet } from "../follow/run-set.ts";
import type { FollowedPacket, KnownReport } from "../follow/end-knowledge.ts";
import type { PacketRule, WatchContext } from "../follow/packet-rule.ts";

/** Packets that ask for an acknowledgement, none of which brings what is known to be lost: lost bytes SHOULD go first. */
const PATIENCE_PACKETS = 64;
const MAX_OWED = 256;

interface Stretch {
  readonly pn: number;
  readonly first: number;
  readonly last: number;
}

interface Owed extends Stretch {
  /** Of these packets, how many had left when it became owed. */
  readonly since: number;
}

export const retransmissionRule: PacketRule = {
  id: "retransmission",
  text: "Stream bytes that an end must know to be lost leave again, unless the peer has them, while it goes on sending.",
  requirement: "R-22",
  watch: (context) => {
    // Elsewhere the bytes may have left again unseen.
    if (!context.isAtOwnTap) return {};
    const watch = new RetransmissionWatch(context);
    return { own: (packet, reports) => watch.own(packet, reports), heard: (packet) => watch.heard(packet) };
  },
};

class RetransmissionWatch {
  readonly #context: WatchContext;
  readonly #flight = new SeenFlight();
  readonly #sent = new PnWindow<Stretch>(8_192);
  readonly #lost = new Set<number>();
  #owed: Owed[] = [];
  #asking = 0;
  /** So many bytes the peer may have said to have. */
  #peerHas = 0;

  constructor(context: WatchContext) {
    this.#context = context;
  }

  heard({ content, seen }: FollowedPacket): void {
    this.#peerHas = Math.max(this.#peerHas, content.delivered);
    const acknowledged = new Set(this.#flight.acknowledge(content.named, seen.atUs).map(({ pn }) => pn));
    for (const pn of acknowledged) this.#lost.delete(pn);
    this.#owed = this.#owed.filter(({ pn, last }) => !acknowledged.has(pn) && last >= this.#peerHas);
  }

  own({ content, seen }: FollowedPacket, reports: readonly KnownReport[]): void {
    const { pn, body } = content;
    for (const report of reports) for (const lost of this.#flight.lostBy(report)) this.#lose(lost);
    if (body.kind === "CLOSE") this.#owed = [];
    if (body.kind !== "DATA" && body.kind !== "PING") return;
    this.#asking += 1;
    this.#flight.add({ pn, bytes: seen.datagram.length, atUs: seen.atUs });
    if (body.kind === "DATA" && body.bytes.length > 0) {
      const stretch = { pn, first: body.offset, last: body.offset + body.bytes.length - 1 };
      this.#sent.insert(pn, stretch);
      this.#owed = this.#owed.flatMap((owed) => without(owed, stretch));
    }
    const overdue = this.#owed.find(({ since }) => this.#asking - since > PATIENCE_PACKETS);
    if (overdue === undefined) return;
    const { first, last } = overdue;
    this.#owed = this.#owed.filter((owed) => owed !== overdue);
    this.#context.speak(`bytes ${first} .. ${last}, lost with pn ${overdue.pn}, have not left again by pn ${pn}`, seen);
  }

  /** What of the packet did not leave again under a later pn, before its sender knew that it was lost. */
  #lose(pn: number): void {
    const stretch = this.#sent.get(pn);
    if (stretch === undefined || this.#lost.has(pn) || this.#owed.length >= MAX_OWED) return;
    this.#lost.add(pn);
    if (this.#lost.size > MAX_OWED * 16) this.#lost.clear();
    const later = new RunSet(1_024);
    for (const { first, last } of this.#sent.within(pn + 1, this.#context.knowledge.largestOwn)) later.add(first, last);
    const missing = later.firstMissing(stretch.first, stretch.last);
    if (missing === undefined || stretch.last < this.#peerHas) return;
    this.#owed.push({ pn, first: missing, last: stretch.last, since: this.#asking });
  }
}

function without(owed: Owed, { first, last }: Stretch): Owed[] {
  if (last < owed.first || first > owed.last) return [owed];
  const before = first > owed.first ? [{ ...owed, last: first - 1 }] : [];
  const after = last < owed.last ? [{ ...owed, first: last + 1 }] : [];
  return [...before, ...after];
}
