import type { PacketRule } from "../follow/packet-rule.ts";

export const creditKeptRule: PacketRule = {
  id: "credit-kept",
  text: "No stream byte leaves beyond the credit that the peer gave.",
  requirement: "F-4",
  watch: ({ knowledge, speak }) => ({
    own: ({ content: { pn, body }, seen }) => {
      if (body.kind !== "DATA") return;
      const end = body.offset + body.bytes.length;
      const { mayCredit } = knowledge;
      if (end > mayCredit) speak(`pn ${pn} sends bytes up to ${end}, where credit ends at ${mayCredit}`, seen);
    },
  }),
};
