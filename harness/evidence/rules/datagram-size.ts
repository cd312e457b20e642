/** Never, in any state, a datagram above 1200 (dsoftbus-transport.md#4-packets). Judged as it left: a fault may change a length on its way. */
import { MAX_DATAGRAM_BYTES } from "../scene/decode/udp-sec-header.ts";
import { asSent } from "../scene/udp-session.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const datagramSize: Rule = {
  id: "datagram-size",
  text: "No UDP datagram above 1200 bytes left a NIC, in any state.",
  claims: () => true,
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    let datagrams = 0;
    let largest = 0;
    let tooLarge = 0;
    let where = "";
    for (const tap of scene.taps) {
      for (const { packet } of asSent(tap.frames)) {
        const udp = packet?.ip?.transport;
        if (udp?.kind !== "udp") continue;
        datagrams += 1;
        if (udp.payloadLength > MAX_DATAGRAM_BYTES) tooLarge += 1;
        if (udp.payloadLength > largest) [largest, where] = [udp.payloadLength, tap.name];
      }
    }
    if (datagrams === 0) return confirmed("no UDP datagram was sent");
    if (tooLarge > 0)
      return contradicted(
        `${tooLarge} of ${count(datagrams, "datagram")} above 1200 bytes; largest ${largest} at ${where}`,
      );
    return confirmed(`largest of ${count(datagrams, "datagram")}: ${largest} bytes`);
  },
};
