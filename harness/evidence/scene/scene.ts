/** Everything that the rules look at, as a whole or as one node saw it. */
import type { EvidenceInput } from "./evidence-input.ts";
import { insideSocketsOf, readMappings, type TimedMapping } from "./inside-sockets.ts";
import { type Tap, tapsOf, type ReadCapture } from "./tap.ts";
import { readTcpSession, tcpConnections, type TcpSession } from "./tcp-connection.ts";
import { sortUdpTraffic, trafficAt, type UdpTraffic } from "./udp-session.ts";

export interface Scene {
  readonly input: EvidenceInput;
  /** Of machines. */
  readonly taps: readonly Tap[];
  /** Of a gateway, inside first: what they show was sent by somebody else, and rules about machines don't count it. */
  readonly legs: readonly Tap[];
  /** What became of the gateway's mappings, in order. */
  readonly mappings: readonly TimedMapping[];
  readonly udp: UdpTraffic;
  readonly tcp: readonly TcpSession[];
}

export function sceneOf(input: EvidenceInput, captures: readonly ReadCapture[]): Scene {
  const { gateway } = input.wire ?? {};
  const mappings = gateway === undefined ? [] : captures.flatMap(({ source }) => readMappings(source.path));
  const all = tapsOf(captures, input.wire, insideSocketsOf(mappings));
  const legNames = gateway === undefined ? [] : [gateway.inside.tap, gateway.outside.tap];
  const taps = all.filter(({ name }) => !legNames.includes(name));
  return {
    input,
    taps,
    legs: legNames.flatMap((name) => all.find((tap) => tap.name === name) ?? []),
    mappings,
    udp: sortUdpTraffic(taps, input.sessionPort, input.keys),
    tcp: tcpConnections(taps, input.sessionPort).map((connection) => readTcpSession(connection, input.keys)),
  };
}

/** What the NICs of one node saw: another pair's session confirms nothing about it. A node without a capture: everything. */
export function sceneAt(scene: Scene, node: string): Scene {
  const own = scene.taps.filter((tap) => tap.node === node);
  if (own.length === 0 || own.length === scene.taps.length) return scene;
  const set = new Set(own);
  return {
    input: scene.input,
    taps: own,
    legs: scene.legs,
    mappings: scene.mappings,
    udp: trafficAt(scene.udp, set),
    tcp: scene.tcp.filter(({ connection }) => set.has(connection.tap)),
  };
}

export function frameCount(scene: Scene): number {
  return scene.taps.reduce((sum, tap) => sum + tap.frames.length, 0);
}
