import { LARGEST_DATAGRAM_BYTES } from "../wire/udp-header.ts";
import type { PacketRule } from "../follow/packet-rule.ts";

export const packetFormRule: PacketRule = {
  id: "packet-form",
  text: "Header, lengths and body have exactly the form of their type, and no datagram is above 1200 bytes.",
  requirement: "P-15",
  watch: ({ speak }) => ({
    malformed: ({ requirement, text }, packet) => speak(text, packet, requirement === "RX-1" ? "B-2" : requirement),
    unopened: (packet) => {
      if (packet.datagram.length > LARGEST_DATAGRAM_BYTES) speak(`${packet.datagram.length} bytes`, packet, "B-2");
    },
  }),
};
