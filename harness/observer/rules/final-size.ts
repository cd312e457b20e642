import { RunSet } from "../follow/run-set.ts";
import type { PacketRule } from "../follow/packet-rule.ts";

export const finalSizeRule: PacketRule = {
  id: "final-size",
  text: "FIN follows every byte before it, fixes the final size, and nothing leaves past it.",
  requirement: "F-10",
  watch: ({ isAtOwnTap, speak }) => {
    const sent = new RunSet(4_096);
    let finalSize: number | undefined;
    return {
      own: ({ content: { pn, body }, seen }) => {
        if (body.kind !== "DATA") return;
        const end = body.offset + body.bytes.length;
        if (body.bytes.length > 0) sent.add(body.offset, end - 1);
        if (finalSize !== undefined && end > finalSize) {
          speak(`pn ${pn} has bytes up to ${end}, past the final size ${finalSize}`, seen);
        }
        if (!body.fin) return;
        if (finalSize !== undefined && end !== finalSize) {
          speak(`pn ${pn} makes the final size ${end}, which was ${finalSize}`, seen);
        }
        const highest = (sent.highest ?? -1) + 1;
        if (end < highest) speak(`pn ${pn} makes the final size ${end}, below bytes that were sent`, seen);
        finalSize ??= end;
        // Elsewhere the packets with the bytes may have been lost.
        if (isAtOwnTap && sent.endOfRunFrom(0) < end) {
          speak(`pn ${pn} has FIN, but bytes before it never left`, seen, "F-12");
        }
      },
    };
  },
};
