/** Every dial that the profile asks for became a session of its own, dialled from that end, with DATA opened both ways. */
import { MSG2, MSG3 } from "../scene/decode/udp-sec-header.ts";
import { isAtEnd } from "../scene/ends.ts";
import { coverageOf } from "../scene/stream-coverage.ts";
import type { UdpSession } from "../scene/udp-session.ts";
import { confirmed, contradicted, type Rule } from "./rule.ts";

export const everyPair: Rule = {
  id: "every-pair",
  text: "Every dial of the profile became a session with DATA both ways.",
  claims: "named",
  judge({ udp, input }) {
    const dials = input.dials ?? [];
    if (dials.length === 0) return contradicted("the profile asks nobody to dial");
    const alive = udp.sessions.filter((session) => {
      const { up, down } = coverageOf(session);
      return up.opened > 0 && down.opened > 0;
    });
    const pairs = alive.map((session) => ({ from: senderOf(session, MSG3), to: senderOf(session, MSG2) }));
    const counts = dials.map(
      (dial) => pairs.filter((pair) => isAtEnd(pair.from, dial.from) && isAtEnd(pair.to, dial.to)).length,
    );
    const saw = dials.map(({ from, to }, at) => `${from}>${to} ${counts[at] ?? 0}`).join(", ");
    return counts.includes(0) ? contradicted(`sessions: ${saw}`) : confirmed(`sessions with DATA both ways: ${saw}`);
  },
};

/** @returns its NIC: MSG3 comes from who dialled, MSG2 from who was dialled. */
function senderOf({ packets }: UdpSession, type: number): string {
  return packets.find(({ header, direction }) => header.type === type && direction === "sent")?.tap.name ?? "?";
}
