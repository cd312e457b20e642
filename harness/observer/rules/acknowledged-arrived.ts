import type { PacketRule } from "../follow/packet-rule.ts";

export const acknowledgedArrivedRule: PacketRule = {
  id: "acknowledged-arrived",
  text: "Acknowledgements name pns that arrived, and no others.",
  requirement: "R-1",
  watch: ({ knowledge, speak }) => ({
    own: ({ content, seen }) => {
      for (const { first, last } of content.named) {
        const missing = knowledge.mayPns.firstMissing(first, last);
        if (missing !== undefined) return speak(`pn ${content.pn} names pn ${missing}, which never arrived`, seen);
      }
    },
  }),
};
