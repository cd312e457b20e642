/** Where handshakes could be opened: whatever claims to be sealed is, under the key of its session and direction; nothing else is sent. */
import { CLOSE } from "../scene/decode/udp-sec-header.ts";
import type { Scene } from "../scene/scene.ts";
import { asSent, sealedPackets } from "../scene/udp-session.ts";
import { absent, confirmed, contradicted, count, wasPrinted, type Judgement, type Rule } from "./rule.ts";

export const everyPacketOpens: Rule = {
  id: "every-packet-opens",
  text: "Whatever claims to be sealed opens with the key of its handshake and direction.",
  claims: (scene) =>
    scene.input.keys.length > 0 ||
    (scene.input.keyLog === true && (wasPrinted(scene, "session-ok") || scene.udp.sessions.length > 0)),
  judge(scene) {
    const strays = asSent(scene.udp.strays);
    const [stray] = strays;
    if (stray !== undefined) {
      return contradicted(
        `${count(strays.length, "datagram")} on the session port without a valid header, first: ${stray.bytes} bytes from ${stray.from} at ${stray.tap.name}`,
      );
    }
    let opened = 0;
    let refusals = 0;
    for (const session of scene.udp.sessions) {
      for (const packet of asSent(sealedPackets(session))) {
        if (session.open(packet) !== undefined) opened += 1;
        // A refused dial ends in a sealed CLOSE, whose key follows from a handshake that need not have been opened.
        else if (!session.hasKey && packet.header.type === CLOSE) refusals += 1;
        else {
          const { type, packetNumber } = packet.header;
          const why = session.hasKey ? "does not open" : "is of no handshake that could be opened";
          return contradicted(
            `session ${session.id}: packet type 0x${type.toString(16)} pn ${packetNumber} from ${packet.from} ${why}`,
          );
        }
      }
    }
    const rest = refusals === 0 ? "" : `, ${count(refusals, "CLOSE")} of refused dials not opened`;
    if (opened > 0) return confirmed(`${count(opened, "sealed packet")} opened${rest}`);
    return scene.tcp.some(({ hasKey }) => hasKey) ? judgeRecords(scene.tcp) : nothingOpened(scene, rest);
  },
};

function nothingOpened(scene: Scene, rest: string): Judgement {
  const saw = `no packet opened${rest}`;
  return wasPrinted(scene, "session-ok") ? contradicted(saw) : absent(saw);
}

function judgeRecords(
  sessions: readonly { readonly up: Flow; readonly down: Flow; readonly hasKey: boolean }[],
): ReturnType<Rule["judge"]> {
  const flows = sessions.filter(({ hasKey }) => hasKey).flatMap(({ up, down }) => [up, down]);
  const records = flows.reduce((sum, flow) => sum + flow.records, 0);
  const opened = flows.reduce((sum, flow) => sum + flow.opened, 0);
  const saw = `${opened} of ${count(records, "TCP record")} opened`;
  return opened === records ? confirmed(saw) : contradicted(saw);
}

interface Flow {
  readonly records: number;
  readonly opened: number;
}
