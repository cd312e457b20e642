/**
 * Both identities were refused on the wire (dsoftbus-transport.md#35-repeats-deadlines-refusals). A device that isn't the one dialled: MSG1 and MSG2, and the dialler falls
 * silent. A stranger: MSG3 as well, and a sealed CLOSE is the only answer. Neither session carries DATA.
 */
import { CLOSE, DATA, MSG2, MSG3 } from "../scene/decode/udp-sec-header.ts";
import type { UdpSession } from "../scene/udp-session.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const refusedHandshakeSeen: Rule = {
  id: "refused-handshake-seen",
  text: "One answered dial was given up before MSG3, another was answered with CLOSE after it; neither carried DATA.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const answered = scene.udp.sessions.filter((session) => session.msg1.length > 0 && has(session, MSG2));
    const refused = answered.filter((session) => !has(session, DATA));
    const byDialler = refused.filter((session) => !has(session, MSG3)).length;
    const byDialled = refused.filter((session) => has(session, MSG3) && isClosedByResponder(session)).length;
    const kinds = `${byDialler} given up before MSG3, ${byDialled} answered with CLOSE`;
    const saw = `${count(answered.length, "answered dial")}, without DATA: ${kinds}`;
    return byDialler > 0 && byDialled > 0 ? confirmed(saw) : contradicted(saw);
  },
};

function has({ packets }: UdpSession, type: number): boolean {
  return packets.some(({ header }) => header.type === type);
}

function isClosedByResponder(session: UdpSession): boolean {
  return session.packets.some((packet) => packet.header.type === CLOSE && !session.isFromInitiator(packet));
}
