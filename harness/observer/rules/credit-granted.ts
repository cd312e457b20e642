import type { PacketRule } from "../follow/packet-rule.ts";
import { PnWindow } from "../follow/pn-window.ts";

export const creditGrantedRule: PacketRule = {
  id: "credit-granted",
  text: "`delivered + window` begins with the declared window and never shrinks from one pn to the next.",
  requirement: "F-3",
  watch: ({ parameters, speak }) => {
    const order = new PnWindow<{ readonly pn: number; readonly credit: number }>();
    return {
      own: ({ content, seen }) => {
        // A CLOSE grants nothing.
        if (content.body.kind === "CLOSE") return;
        const { pn } = content;
        const credit = content.delivered + content.window;
        if (credit < parameters.windowBytes) {
          speak(`pn ${pn} grants up to ${credit}, less than the declared ${parameters.windowBytes}`, seen, "F-2");
        }
        const { before, after } = order.insert(pn, { pn, credit }) ?? {};
        if (before !== undefined && before.credit > credit) {
          speak(`credit shrinks from ${before.credit} to ${credit} in pn ${pn}`, seen);
        }
        if (after !== undefined && after.credit < credit) {
          speak(`credit shrinks from ${credit} to ${after.credit} in pn ${after.pn}`, seen);
        }
      },
    };
  },
};
