import type { PacketRule } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";

interface DelayTold {
  readonly pn: number;
  readonly ack: number;
  readonly ackDelayUs: number;
}

export const acknowledgementDelayRule: PacketRule = {
  id: "acknowledgement-delay",
  text: "`ack_delay` is 0 without an `ack`, and grows while the same `ack` is repeated.",
  requirement: "P-9",
  watch: ({ speak }) => {
    const order = new PnWindow<DelayTold>();
    return {
      own: ({ content, seen }) => {
        if (content.ack === 0 && content.ackDelayUs !== 0) speak(`ack_delay ${content.ackDelayUs} with ack 0`, seen);
        const { pn, ack, ackDelayUs } = content;
        const told = { pn, ack, ackDelayUs };
        const { before, after } = order.insert(pn, told) ?? {};
        if (before !== undefined && isShorter(before, told)) {
          speak(`pn ${content.pn} repeats ack ${content.ack} with a shorter ack_delay than before`, seen);
        }
        if (after !== undefined && isShorter(told, after)) {
          speak(`pn ${after.pn} repeats ack ${after.ack} with a shorter ack_delay than before`, seen);
        }
      },
    };
  },
};

function isShorter(lower: DelayTold, higher: DelayTold): boolean {
  return lower.ack === higher.ack && higher.ackDelayUs < lower.ackDelayUs;
}
