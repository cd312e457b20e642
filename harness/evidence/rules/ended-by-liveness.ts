/** A machine fell silent in the middle of a transfer, or the way to it was forgotten: who was left went on asking, gave up within its bound, and stayed silent. */
import { CLOSE, DATA, isSealedType, type UdpSecHeader } from "../scene/decode/udp-sec-header.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import type { Scene } from "../scene/scene.ts";
import type { TimedMapping } from "../scene/inside-sockets.ts";
import type { Tap } from "../scene/tap.ts";
import { secondsBetween, timedPackets, type TimedPacket } from "../scene/timed-packets.ts";
import type { SeenPacket } from "../scene/udp-session.ts";
import { cutBulks } from "./bulk-content.ts";
import { absent, confirmed, contradicted, count, type Judgement, type Rule } from "./rule.ts";

/** Idle timeout (dsoftbus-transport.md#5-acknowledgement-and-recovery), and the repeats of CLOSE with what an emulated machine is late. */
const BOUND_US = 15_000_000 + 5_000_000;

/** Silence is asked about after half of the idle timeout at the latest (L-8), 7.5 s: what ends in half of that has not waited for an answer. */
const LEAST_US = 4_000_000;

/** Close code NO_ERROR (dsoftbus-transport.md#9-bounds-and-codes). */
const GOODBYE = 0;

export const endedByLiveness: Rule = {
  id: "ended-by-liveness",
  text: "The survivor of a dead peer went on asking for a while, gave up in time and stayed silent.",
  claims: "named",
  judge(scene) {
    const { taps, input } = scene;
    const [victim] = input.killed ?? [];
    const forgotten = scene.mappings.find(({ kind, transport }) => kind === "forgotten" && transport === "udp");
    if (victim === undefined && forgotten !== undefined) return judgeCutOff(scene, forgotten);
    if (victim === undefined) return absent("no machine was killed, and no gateway forgot the way to one");
    for (const tap of taps.filter(({ node }) => node !== victim).filter((each) => !isFabricTap(each))) {
      const judgement = judgeSurvivor(scene, tap, sealedAt(tap, input.sessionPort), victim);
      if (judgement !== undefined) return judgement;
    }
    return absent(`nobody heard ${victim} at all`);
  },
};

/** Whose way to its peer a gateway forgot: its session of that time, by the switch's clock; later ones are others. */
function judgeCutOff(scene: Scene, { inside, timeUs: forgottenUs }: TimedMapping): Judgement {
  const address = inside.slice(0, inside.lastIndexOf(":"));
  const isOwn = ({ frame }: TimedPacket): boolean => frame.direction === "sent" && frame.packet?.ip?.source === address;
  for (const tap of scene.taps.filter(isFabricTap)) {
    const packets = sealedAt(tap, scene.input.sessionPort);
    const lastHeard = packets
      .filter(({ frame, timeUs }) => frame.direction === "received" && timeUs <= forgottenUs)
      .at(-1);
    if (lastHeard === undefined || !packets.some(isOwn)) continue;
    const cut = packets.filter(({ header }) => header.sessionId === lastHeard.header.sessionId);
    const judgement = judgeSurvivor(scene, tap, cut, "the peer behind the gateway");
    if (judgement !== undefined) return judgement;
  }
  return absent("no session was going on when the gateway forgot");
}

function sealedAt(tap: Tap, port: number): TimedPacket[] {
  return timedPackets(tap, port).filter(({ header }) => isSealedType(header.type));
}

/** @param packets that the tap saw of whoever fell silent @returns undefined: it never heard anybody */
function judgeSurvivor(scene: Scene, tap: Tap, packets: readonly TimedPacket[], victim: string): Judgement | undefined {
  const lastHeard = packets.filter(({ frame }) => frame.direction === "received").at(-1);
  if (lastHeard === undefined) return undefined;
  const data = packets.filter(({ header, timeUs }) => header.type === DATA && timeUs <= lastHeard.timeUs).length;
  const alone = packets.filter(({ timeUs }) => timeUs > lastHeard.timeUs);
  const last = alone.at(-1);
  if (last === undefined) return contradicted(`${tap.name}: nothing was sent after ${victim} had fallen silent`);
  const saw =
    `${tap.name}: ${count(data, "DATA packet")} until ${victim} fell silent, then ${count(alone.length, "packet")} for ` +
    `${secondsBetween(lastHeard.timeUs, last.timeUs)}, the last ${last.header.type === CLOSE ? "a CLOSE" : "no CLOSE"}`;
  const aloneUs = last.timeUs - lastHeard.timeUs;
  const wrong = otherEnd(scene, last.header);
  if (wrong !== undefined) return contradicted(`${saw}; ${wrong}`);
  return data > 0 && aloneUs >= LEAST_US && aloneUs <= BOUND_US ? confirmed(saw) : contradicted(saw);
}

/** What was said of the end, where it opens. @returns why that was no transfer, or no end by liveness */
function otherEnd(scene: Scene, last: UdpSecHeader): string | undefined {
  if (scene.input.keys.length === 0) return undefined;
  if (cutBulks(scene).length === 0) return "no bulk was under way";
  const session = scene.udp.sessions.find(({ id }) => id === last.sessionId);
  const same = ({ header: { type, packetNumber } }: SeenPacket): boolean =>
    type === last.type && packetNumber === last.packetNumber;
  const code = session?.packets
    .filter(same)
    .map((packet) => session.open(packet)?.closeCode)
    .find((told) => told !== undefined);
  return code === GOODBYE ? "a goodbye (NO_ERROR): somebody ended it" : undefined;
}
