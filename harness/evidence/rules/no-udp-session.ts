/** A session that claims to be TCP has no UDP twin: nobody answered MSG1 to the end, nothing sealed was sent. */
import { isSealedType, MSG3 } from "../scene/decode/udp-sec-header.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const noUdpSession: Rule = {
  id: "no-udp-session",
  text: "No udp-sec session beside a marker that says TCP.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const packets = scene.udp.sessions.flatMap((session) => session.packets);
    // MSG3 says that MSG2 was verified: from then on an attempt never falls back (dsoftbus-transport.md#3-handshake-over-udp).
    const standing = packets.filter(({ header }) => isSealedType(header.type) || header.type === MSG3);
    const saw = `${count(standing.length, "UDP packet")} of a session, ${count(scene.udp.attempts.length, "MSG1/RETRY datagram")}`;
    return standing.length > 0 ? contradicted(saw) : confirmed(saw);
  },
};
