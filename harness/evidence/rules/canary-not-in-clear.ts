/** The bulk's canary is nowhere in clear: in no frame, in no bytes of a TCP connection, and not across two datagrams either. */
import { TAG_BYTES } from "../scene/decode/udp-sec-header.ts";
import type { Scene } from "../scene/scene.ts";
import { DATA_PREFIX_BYTES } from "../scene/stream-coverage.ts";
import { sealedPackets, type UdpSession } from "../scene/udp-session.ts";
import { confirmed, contradicted, count, emptyCapture, type Rule } from "./rule.ts";

export const canaryNotInClear: Rule = {
  id: "canary-not-in-clear",
  text: "The bulk's canary is in no frame and in no TCP connection's bytes in clear.",
  claims: "named",
  judge(scene) {
    const empty = emptyCapture(scene);
    if (empty !== undefined) return empty;
    const canary = Buffer.from(scene.input.canary);
    if (canary.length === 0) return contradicted("no canary to look for");
    const payloadBytes = sessionPayloadBytes(scene);
    if (payloadBytes === 0) return contradicted("no payload on the session port: nothing to look through");
    const where = inFrames(scene, canary) ?? inTcpStreams(scene, canary) ?? inJoinedDatagrams(scene, canary);
    if (where !== undefined) return contradicted(`the canary is in clear ${where}`);
    return confirmed(`not in ${count(payloadBytes, "payload byte")} of the session port, nor in any other frame`);
  },
};

function sessionPayloadBytes(scene: Scene): number {
  const udp = scene.udp.sessions.flatMap(sealedPackets).reduce((sum, { header }) => sum + header.body.length, 0);
  const tcp = scene.tcp.reduce(
    (sum, { connection }) => sum + connection.fromClient.payloadBytes + connection.fromServer.payloadBytes,
    0,
  );
  return udp + tcp + scene.udp.strays.reduce((sum, { bytes }) => sum + bytes, 0);
}

function inFrames({ taps }: Scene, canary: Buffer): string | undefined {
  for (const { name, frames } of taps) {
    const index = frames.findIndex(({ captured }) => captured.bytes.includes(canary));
    if (index >= 0) return `in frame ${index + 1} at ${name}`;
  }
  return undefined;
}

function inTcpStreams({ tcp }: Scene, canary: Buffer): string | undefined {
  for (const { connection } of tcp) {
    for (const stream of [connection.fromClient, connection.fromServer]) {
      const at = stream.read().bytes.indexOf(canary);
      if (at >= 0) return `in the TCP bytes of ${connection.client} at byte ${at}`;
    }
  }
  return undefined;
}

/** What a sender that doesn't seal would leave, with and without an imitated tag. */
function inJoinedDatagrams({ udp }: Scene, canary: Buffer): string | undefined {
  for (const session of udp.sessions) {
    for (const fromInitiator of [true, false]) {
      for (const tagBytes of [TAG_BYTES, 0]) {
        if (joinBodies(session, fromInitiator, tagBytes).includes(canary))
          return `across datagrams of session ${session.id}`;
      }
    }
  }
  return undefined;
}

function joinBodies(session: UdpSession, fromInitiator: boolean, tagBytes: number): Buffer {
  const parts = sealedPackets(session)
    .filter((packet) => session.isFromInitiator(packet) === fromInitiator)
    .sort((a, b) => a.header.packetNumber - b.header.packetNumber)
    .filter((packet, index, all) => packet.header.packetNumber !== all[index - 1]?.header.packetNumber)
    .map(({ header }) => header.body.subarray(DATA_PREFIX_BYTES, header.body.length - tagBytes));
  return Buffer.concat(parts);
}
