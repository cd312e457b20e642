import type { PacketRule } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";
import type { ReadPacket } from "../wire/packet-content.ts";

export const acknowledgementDelayRule: PacketRule = {
  id: "acknowledgement-delay",
  text: "`ack_delay` is 0 without an `ack`, and grows while the same `ack` is repeated.",
  requirement: "P-9",
  watch: ({ speak }) => {
    const order = new PnWindow<ReadPacket>();
    return {
      own: ({ content, seen }) => {
        if (content.ack === 0 && content.ackDelayUs !== 0) speak(`ack_delay ${content.ackDelayUs} with ack 0`, seen);
        const { before, after } = order.insert(content.pn, content) ?? {};
        if (before !== undefined && isShorter(before, content)) {
          speak(`pn ${content.pn} repeats ack ${content.ack} with a shorter ack_delay than before`, seen);
        }
        if (after !== undefined && isShorter(content, after)) {
          speak(`pn ${after.pn} repeats ack ${after.ack} with a shorter ack_delay than before`, seen);
        }
      },
    };
  },
};

function isShorter(lower: ReadPacket, higher: ReadPacket): boolean {
  return lower.ack === higher.ack && higher.ackDelayUs < lower.ackDelayUs;
}
