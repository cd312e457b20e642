/** A packet number is a nonce: twice under one key breaks the seal (dsoftbus-transport.md#4-packets). At the sender's NIC, before any fault. */
import { asSent, sealedPackets } from "../scene/udp-session.ts";
import type { Scene } from "../scene/scene.ts";
import type { Tap } from "../scene/tap.ts";
import { confirmed, contradicted, count, wasPrinted, type Rule } from "./rule.ts";

export const packetNumberUnique: Rule = {
  id: "pn-unique",
  text: "No packet number, and so no nonce, was used twice under one key.",
  claims: (scene) => wasPrinted(scene, "session-ok") || scene.udp.sessions.some((s) => sealedPackets(s).length > 0),
  judge(scene) {
    let packets = 0;
    const repeats: string[] = [];
    for (const session of scene.udp.sessions) {
      const seen = new Map<Tap, Set<string>>();
      for (const packet of asSent(sealedPackets(session))) {
        packets += 1;
        const numbers = seen.get(packet.tap) ?? new Set<string>();
        seen.set(packet.tap, numbers);
        const number = `${session.isFromInitiator(packet) ? "initiator" : "responder"} pn ${packet.header.packetNumber}`;
        if (numbers.has(number)) repeats.push(`session ${session.id} ${number} at ${packet.tap.name}`);
        numbers.add(number);
      }
    }
    if (packets === 0) return contradicted("no sealed packet left a NIC");
    if (repeats.length > 0)
      return contradicted(
        `${count(repeats.length, "repeat")} among ${count(packets, "packet")}, first: ${repeats[0] ?? ""}`,
      );
    return confirmed(
      `${count(packets, "sealed packet")} in ${count(sealedSessions(scene), "session")}, each number once`,
    );
  },
};

function sealedSessions(scene: Scene): number {
  return scene.udp.sessions.filter((session) => sealedPackets(session).length > 0).length;
}
