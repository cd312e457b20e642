/** A datagram that needs IP fragments isn't one of at most 1200 bytes, whatever its pieces measure. */
import { asSent } from "../scene/udp-session.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const noFragments: Rule = {
  id: "no-fragments",
  text: "No IP packet was fragmented.",
  claims: () => true,
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    let packets = 0;
    let fragments = 0;
    for (const tap of scene.taps) {
      for (const { packet } of asSent(tap.frames)) {
        if (packet?.ip === undefined) continue;
        packets += 1;
        if (packet.ip.isFragment) fragments += 1;
      }
    }
    if (fragments > 0) return contradicted(`${fragments} of ${count(packets, "IP packet")} are fragments`);
    return confirmed(`${count(packets, "IP packet")}, no fragment`);
  },
};
