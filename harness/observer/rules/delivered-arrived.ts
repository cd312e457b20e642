import type { PacketRule } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";

export const deliveredArrivedRule: PacketRule = {
  id: "delivered-arrived",
  text: "`delivered` counts bytes that arrived without a gap, never falls, and counts those of every packet that was named.",
  requirement: "P-8",
  watch: ({ knowledge, speak }) => {
    const order = new PnWindow<number>();
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
        const { before, after } = order.insert(pn, delivered) ?? {};
        if (before !== undefined && before > delivered) {
          speak(`delivered falls from ${before} to ${delivered} in pn ${pn}`, seen);
        }
        if (after !== undefined && after < delivered) {
          speak(`delivered falls from ${delivered} in pn ${pn} to ${after}`, seen);
        }
      },
    };
  },
};
