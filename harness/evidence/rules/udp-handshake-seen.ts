/** MSG1 and MSG2 at full size, MSG3, all of one session (dsoftbus-transport.md#3-handshake-over-udp). */
import { MAX_DATAGRAM_BYTES, MSG2, MSG3 } from "../scene/decode/udp-sec-header.ts";
import type { UdpSession } from "../scene/udp-session.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

const MSG3_BYTES = 201;

export const udpHandshakeSeen: Rule = {
  id: "udp-handshake-seen",
  text: "MSG1 and MSG2 at 1200 bytes and MSG3, all of one session.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const whole = scene.udp.sessions.filter(hasWholeHandshake);
    const [first] = whole;
    const saw = `${count(scene.udp.attempts.length, "MSG1/RETRY datagram")}, ${count(scene.udp.sessions.length, "session")}`;
    if (first === undefined)
      return contradicted(`no session with MSG1 and MSG2 of 1200 bytes and MSG3 of 201 (${saw})`);
    return confirmed(
      `${count(whole.length, "whole handshake")} (MSG1 1200, MSG2 1200, MSG3 201 bytes), first: session ${first.id}`,
    );
  },
};

/** Sizes are exact, and each message goes the way that it must. */
export function hasWholeHandshake(session: UdpSession): boolean {
  const first = session.msg1.find(
    (packet) => packet.datagramBytes === MAX_DATAGRAM_BYTES && session.isFromInitiator(packet),
  );
  const second = session.packets.find(
    (packet) =>
      packet.header.type === MSG2 && packet.datagramBytes === MAX_DATAGRAM_BYTES && !session.isFromInitiator(packet),
  );
  const third = session.packets.find(
    (packet) => packet.header.type === MSG3 && packet.datagramBytes === MSG3_BYTES && session.isFromInitiator(packet),
  );
  return first !== undefined && second !== undefined && third !== undefined;
}
