import type { PacketRule } from "../follow/packet-rule.ts";

export const packetOpensRule: PacketRule = {
  id: "packet-opens",
  text: "What leaves with the id of a session is sealed under its sender's key.",
  requirement: "P-2",
  watch: ({ isAtOwnTap, speak }) => ({
    // Where it arrives it may have been corrupted on the way.
    unopened: (packet) => {
      if (isAtOwnTap) speak(`pn ${packet.pn} doesn't open where it leaves`, packet);
    },
  }),
};
