/** Whatever the network did on the way: the stream that left one NIC is the stream that the packets at the other NIC open to. */
import { createHash } from "node:crypto";
import { isFabricTap } from "../scene/fabric-faults.ts";
import { coverageOf } from "../scene/stream-coverage.ts";
import type { UdpSession } from "../scene/udp-session.ts";
import { absent, confirmed, contradicted, emptyCapture, type Rule } from "./rule.ts";

interface Comparison {
  readonly name: string;
  readonly bytes: number;
  readonly same: boolean;
  readonly digest: string;
}

export const sameStreamBothEnds: Rule = {
  id: "same-stream-both-ends",
  text: "What one machine sent on a stream is what the other one's NIC received.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const compared = scene.udp.sessions.filter(({ hasKey }) => hasKey).flatMap(compare);
    const saw = compared.map(({ name, bytes, same, digest }) => {
      return `${name}: ${bytes} stream bytes, ${same ? `same at both ends (SHA-256 ${digest})` : "not what left"}`;
    });
    if (compared.length === 0) return absent("no session with a key was seen at both its ends");
    const isEnough = compared.some(({ bytes }) => bytes >= scene.input.bulkBytes);
    return isEnough && compared.every(({ same }) => same) ? confirmed(saw.join("; ")) : contradicted(saw.join("; "));
  },
};

/** QEMU's files only: a switch that changed what it delivers would say so in its own. */
function compare(session: UdpSession): Comparison[] {
  const packets = session.packets.filter(({ tap }) => !isFabricTap(tap));
  const sent = coverageOf({ ...session, packets: packets.filter(({ direction }) => direction === "sent") });
  const received = coverageOf({ ...session, packets: packets.filter(({ direction }) => direction === "received") });
  return (["up", "down"] as const).flatMap((side) => {
    const [left, arrived] = [sent[side].stream, received[side].stream];
    if (left.length === 0) return [];
    const digest = createHash("sha256").update(arrived).digest("hex").slice(0, 12);
    const same = arrived.length > 0 && left.subarray(0, arrived.length).equals(arrived);
    return [{ name: `session ${session.id} ${side}`, bytes: arrived.length, same, digest }];
  });
}
