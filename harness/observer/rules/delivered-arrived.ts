import type { FollowedPacket } from "../follow/end-knowledge.ts";
import type { PacketRule } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";

export const deliveredArrivedRule: PacketRule = {
  id: "delivered-arrived",
  text: "`delivered` counts bytes that arrived without a gap, never falls, and counts those of every packet that was named.",
  requirement: "P-8",
  watch: ({ knowledge, speak }) => {
    const order = new PnWindow<FollowedPacket>();
    return {
      own: (packet) => {
        const { content, seen } = packet;
        const { pn, delivered } = content;
        if (delivered > knowledge.mayDelivered) {
          speak(`pn ${pn} says ${delivered} delivered, where ${knowledge.mayDelivered} arrived`, seen, "R-31");
        }
        if (packet.isInOrder && delivered < knowledge.mustDelivered) {
          speak(
            `pn ${pn} says ${delivered} delivered, but names packets that make it ${knowledge.mustDelivered}`,
            seen,
          );
        }
        const { before, after } = order.insert(pn, packet) ?? {};
        if (before !== undefined && before.content.delivered > delivered) {
          speak(`delivered falls from ${before.content.delivered} to ${delivered} in pn ${pn}`, seen);
        }
        if (after !== undefined && after.content.delivered < delivered) {
          speak(`delivered falls from ${delivered} in pn ${pn} to ${after.content.delivered}`, seen);
        }
      },
    };
  },
};
