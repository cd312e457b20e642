/** A dial that was answered and led nowhere: MSG1 and MSG2 without a DATA packet after them. */
import { DATA, MSG2 } from "../decode/udp-sec-header.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const refusedHandshakeSeen: Rule = {
  id: "refused-handshake-seen",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const answered = scene.udp.sessions.filter(
      ({ msg1, packets }) => msg1.length > 0 && packets.some(({ header }) => header.type === MSG2),
    );
    const refused = answered.filter(({ packets }) => !packets.some(({ header }) => header.type === DATA));
    const saw = `${count(refused.length, "answered dial")} without DATA among ${answered.length}`;
    return refused.length === 0 ? contradicted(saw) : confirmed(saw);
  },
};
