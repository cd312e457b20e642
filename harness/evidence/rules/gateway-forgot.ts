/**
 * The gateway forgot while a session was going on. Its socket inside came out under another name, which the session is not of: it heard nothing
 * more, and another one was dialled (dsoftbus-transport.md#33-session-ids).
 */
import type { TimedMapping } from "../scene/inside-sockets.ts";
import type { Scene } from "../scene/scene.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import { coverageOf } from "../scene/stream-coverage.ts";
import { secondsBetween } from "../scene/timed-packets.ts";
import type { SeenPacket, UdpSession } from "../scene/udp-session.ts";
import { absent, confirmed, contradicted, count, type Rule } from "./rule.ts";

/** What was on its way behind the gateway when it forgot. */
const ON_THE_WAY_US = 2_000_000;

export const gatewayForgot: Rule = {
  id: "gateway-forgot",
  text: "The gateway forgot as often as it was told to, a socket came out under another name, its session heard nothing more, and a later one carried DATA both ways.",
  claims: ({ input }) => (input.forgets ?? 0) > 0,
  judge(scene) {
    const forgotten = scene.mappings.filter(({ kind, transport }) => kind === "forgotten" && transport === "udp");
    if (forgotten.length < Math.max(1, scene.input.forgets ?? 0))
      return contradicted(`${count(forgotten.length, "mapping")} of UDP forgotten`);
    const rebound = forgotten.flatMap((old) => {
      const next = scene.mappings.find((one) => isNextOf(one, old));
      return next === undefined ? [] : [{ old, next }];
    });
    const [first] = rebound;
    if (first === undefined) return absent("nothing that was forgotten came out under another name");
    return judgeRebound(scene, first.old, first.next);
  },
};

function judgeRebound(scene: Scene, old: TimedMapping, next: TimedMapping) {
  const names = `${old.inside} came out as ${old.outside}, then as ${next.outside}`;
  const own = scene.udp.sessions.filter(({ packets }) => packets.some(({ from }) => from === old.inside));
  const before = own.filter((session) => arrivedInside(session, old).some(({ timeUs }) => timeUs <= old.timeUs));
  const [cut] = before.toReversed();
  if (cut === undefined) return contradicted(`${names}; no session was going on`);
  const late = before.find((session) =>
    arrivedInside(session, old).some(({ timeUs }) => timeUs > old.timeUs + ON_THE_WAY_US),
  );
  if (late !== undefined) return contradicted(`${names}; session ${late.id} went on hearing its peer`);
  const after = own.find((session) => !before.includes(session) && isAlive(session));
  if (after === undefined) return contradicted(`${names}; nobody dialled again with success`);
  const began = Math.min(...onSwitch(after).map(({ timeUs }) => timeUs));
  return confirmed(
    `${names}; session ${cut.id} heard nothing more, and session ${after.id} stood ${secondsBetween(old.timeUs, began)} later`,
  );
}

function isNextOf(one: TimedMapping, old: TimedMapping): boolean {
  const isSame = one.transport === old.transport && one.inside === old.inside && one.remote === old.remote;
  return one.kind === "mapped" && isSame && one.outside !== old.outside && one.timeUs >= old.timeUs;
}

function arrivedInside(session: UdpSession, { inside }: TimedMapping): SeenPacket[] {
  return onSwitch(session).filter(({ to, direction }) => to === inside && direction === "received");
}

/** On the clock of the gateway's notes. */
function onSwitch({ packets }: UdpSession): SeenPacket[] {
  return packets.filter(({ tap }) => isFabricTap(tap));
}

function isAlive(session: UdpSession): boolean {
  const { up, down } = coverageOf(session);
  return up.dataPackets > 0 && down.dataPackets > 0;
}
