import { ComparedBytes } from "../follow/stream-window.ts";
import type { PacketRule } from "../follow/packet-rule.ts";

export const streamContentRule: PacketRule = {
  id: "stream-content",
  text: "At one offset of a stream stand the same bytes for ever.",
  requirement: "F-14",
  watch: ({ speak }) => {
    const bytes = new ComparedBytes();
    return {
      own: ({ content: { pn, body }, seen }) => {
        if (body.kind !== "DATA") return;
        const differsAt = bytes.put(body.offset, body.bytes);
        if (differsAt !== undefined) speak(`pn ${pn} has another byte at offset ${differsAt} than before`, seen);
      },
    };
  },
};
