/** A machine fell silent in the middle of a transfer: who was left went on asking, gave up within its bound, and stayed silent. */
import { CLOSE, DATA, isSealedType, type UdpSecHeader } from "../scene/decode/udp-sec-header.ts";
import { isFabricTap } from "../scene/fabric-faults.ts";
import type { Scene } from "../scene/scene.ts";
import { secondsBetween, timedPackets } from "../scene/timed-packets.ts";
import type { SeenPacket } from "../scene/udp-session.ts";
import { cutBulks } from "./bulk-content.ts";
import { confirmed, contradicted, count, type Rule } from "./rule.ts";

/** Idle timeout (dsoftbus-transport.md#5-acknowledgement-and-recovery), and the repeats of CLOSE with what an emulated machine is late. */
const BOUND_US = 15_000_000 + 5_000_000;

/** Silence is asked about after a third of the idle timeout (L-8), 5 s: what ends sooner has not waited for an answer. */
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
    if (victim === undefined) return contradicted("no machine was killed");
    const survivors = taps.filter((tap) => tap.node !== victim && !isFabricTap(tap));
    for (const tap of survivors) {
      const packets = timedPackets(tap, input.sessionPort).filter(({ header }) => isSealedType(header.type));
      const lastHeard = packets.filter(({ frame }) => frame.direction === "received").at(-1);
      if (lastHeard === undefined) continue;
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
    return contradicted(`nobody heard ${victim} at all`);
  },
};

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
