import { BITMAP_PNS, coveredFrom, type PnRun } from "../wire/acknowledgement.ts";
import type { EndKnowledge, FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";

export const acknowledgementSteadyRule: PacketRule = {
  id: "acknowledgement-steady",
  text: "`ack` never falls from one pn to the next, and what was named stays named wherever an acknowledgement covers it.",
  requirement: "R-2",
  watch: ({ knowledge, speak }) => {
    const acks = new PnWindow<{ readonly pn: number; readonly ack: number }>();
    return {
      own: (packet) => {
        const { content, seen } = packet;
        const { pn, ack } = content;
        const { before, after } = acks.insert(pn, { pn, ack }) ?? {};
        if (before !== undefined && before.ack > ack) {
          speak(`ack falls from ${before.ack} in pn ${before.pn} to ${ack} in pn ${pn}`, seen);
        }
        if (after !== undefined && after.ack < ack) {
          speak(`ack falls from ${ack} in pn ${pn} to ${after.ack} in pn ${after.pn}`, seen);
        }
        if (!packet.isInOrder) return;
        const dropped = droppedPn(packet, knowledge);
        if (dropped !== undefined) {
          speak(`pn ${content.pn} covers pn ${dropped} and doesn't name it, which an earlier packet did`, seen);
        }
      },
    };
  },
};

/** @returns a pn that was named before, is covered now and not named, though the peer can't have said that it heard of it */
function droppedPn({ content }: FollowedPacket, knowledge: EndKnowledge): number | undefined {
  const { ack, ackBits, body, named } = content;
  if (ack === 0) return undefined;
  const covered = coveredFrom({ ack, bits: ackBits, ranges: body.kind === "ACK" ? body.ranges : [] });
  for (const { first, last } of knowledge.mustPns.within(covered, ack)) {
    for (let pn = first; pn <= last; pn += 1) {
      const run = named.find((one) => isIn(one, pn));
      if (run !== undefined) {
        pn = run.last;
        continue;
      }
      // The bitmap shows what was received, retired or not.
      if (pn >= ack - BITMAP_PNS || !knowledge.mayRetire.has(pn)) return pn;
    }
  }
  return undefined;
}

function isIn({ first, last }: PnRun, pn: number): boolean {
  return first <= pn && pn <= last;
}
