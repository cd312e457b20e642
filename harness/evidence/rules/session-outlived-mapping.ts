/** A firewall's hole shut while a session was idle, and the session's own keepalive opened it again (dsoftbus-transport.md#12-mux-v2). */
import type { TimedMapping } from "../scene/inside-sockets.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import { sealedPackets, type UdpSession } from "../scene/udp-session.ts";
import { absent, confirmed, contradicted, count, type Rule } from "./rule.ts";

export const sessionOutlivedMapping: Rule = {
  id: "session-outlived-mapping",
  text: "A mapping of the gateway's expired under an idle session, was made again, and the same session went on both ways.",
  claims: "named",
  judge({ mappings, udp }) {
    const expired = mappings.filter(({ kind, transport }) => kind === "expired" && transport === "udp");
    const times = count(expired.length, "mapping");
    if (expired.length === 0) return absent("no mapping of UDP expired");
    const outlived = expired.flatMap((old) => {
      const again = mappings.find(
        ({ kind, inside, timeUs }) => kind === "mapped" && inside === old.inside && timeUs >= old.timeUs,
      );
      const session = again && udp.sessions.find((each) => livesThrough(each, old, again));
      return session === undefined ? [] : [{ session, again }];
    });
    const [first] = outlived;
    if (first === undefined) return contradicted(`${times} expired, and no session went on after that`);
    return confirmed(`${times} expired; session ${first.session.id} went on after ${outlived.length}`);
  },
};

/** Packets of both ends were delivered before the one and after the other, by the switch's clock. */
function livesThrough(session: UdpSession, old: TimedMapping, again: TimedMapping): boolean {
  const delivered = sealedPackets(session).filter(({ tap, direction }) => isFabricTap(tap) && direction === "received");
  const own = delivered.filter(({ from, to }) => from === old.inside || to === old.inside);
  const bothWays = (isIt: (timeUs: number) => boolean): boolean =>
    [true, false].every((isUp) =>
      own.some((packet) => session.isFromInitiator(packet) === isUp && isIt(packet.timeUs)),
    );
  return bothWays((timeUs) => timeUs < old.timeUs) && bothWays((timeUs) => timeUs > again.timeUs);
}
