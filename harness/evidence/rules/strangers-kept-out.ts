/** Somebody outside a gateway dialled whom nobody inside had asked for: the gateway got the dial, and no NIC inside did. */
import { MSG1, readUdpSecHeader } from "../scene/decode/udp-sec-header.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import type { Tap, TappedFrame } from "../scene/tap.ts";
import { confirmed, contradicted, count, unavailable, type Rule } from "./rule.ts";

export const strangersKeptOut: Rule = {
  id: "strangers-kept-out",
  text: "MSG1 from outside came to the gateway, for whom nobody inside had asked, and none came to a NIC inside.",
  claims: "named",
  judge({ taps, legs, input }) {
    const { gateway } = input.wire ?? {};
    const [, outside] = legs;
    if (gateway === undefined || outside === undefined) return unavailable("there is no gateway");
    const outer = gateway.outside.wire.stations.filter(({ mac }) => mac !== gateway.outside.mac).map(({ ip }) => ip);
    const inner = gateway.inside.wire.stations.map(({ tap }) => tap);
    const tried = dialsAt(outside, outer).length;
    if (tried === 0) return contradicted("nobody outside dialled");
    const own = taps.filter((tap) => isFabricTap(tap) && inner.includes(tap.name));
    const through = own.flatMap((tap) => dialsAt(tap, outer)).length;
    const saw = `${count(tried, "MSG1")} from outside, ${through} of them inside`;
    return through === 0 && own.length > 0 ? confirmed(saw) : contradicted(saw);
  },
};

function dialsAt({ frames }: Tap, from: readonly string[]): TappedFrame[] {
  return frames.filter(({ packet, direction }) => {
    const udp = packet?.ip?.transport;
    if (direction !== "received" || packet?.ip === undefined || udp?.kind !== "udp") return false;
    return from.includes(packet.ip.source) && readUdpSecHeader(udp.payload)?.type === MSG1;
  });
}
