/** On a path that loses packets some stream bytes must leave twice: else nothing was recovered, or nothing was lost. */
import { coverageOf } from "../scene/stream-coverage.ts";
import { asSent } from "../scene/udp-session.ts";
import { absent, confirmed, contradicted, count, wasPrinted, type Rule } from "./rule.ts";

export const retransmissionSeen: Rule = {
  id: "retransmission-seen",
  text: "On a path that loses packets some stream bytes left twice.",
  // By volume alone nothing can be said: without keys the offsets stay sealed.
  claims: (scene) => scene.input.lossy && scene.input.keys.length > 0 && wasPrinted(scene, "bulk-ok"),
  judge(scene) {
    let repeated = 0;
    let packets = 0;
    for (const session of scene.udp.sessions) {
      const sent = coverageOf({ ...session, packets: asSent(session.packets) });
      repeated += sent.up.repeatedBytes + sent.down.repeatedBytes;
      packets += sent.up.opened + sent.down.opened;
    }
    const saw = `${repeated} stream bytes left a NIC again, in ${count(packets, "opened DATA packet")}`;
    if (repeated > 0) return confirmed(saw);
    return wasPrinted(scene, "bulk-ok") ? contradicted(saw) : absent(saw);
  },
};
