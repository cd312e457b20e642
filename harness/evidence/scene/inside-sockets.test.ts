import { expect, test } from "vitest";
import { frame, HOSTS, packet, tcp, udp } from "../../fabric/gateway/gateway.fixture.ts";
import { decodePacket, type Packet } from "./decode/packet.ts";
import { asInside, insideSocketsOf, type TimedMapping } from "./inside-sockets.ts";

const { a: A, b: B } = HOSTS;
const GATEWAY = "10.24.1.254";
const mapped = (inside: string, outside: string, transport = "udp"): TimedMapping => ({
  ...{ kind: "mapped", gateway: "gw", transport, inside, outside, remote: undefined, timeUs: 0 },
});
const SOCKETS = insideSocketsOf([
  mapped(`${A}:40000`, `${GATEWAY}:50001`),
  mapped(`${A}:40000`, `${GATEWAY}:50002`),
  mapped(`${A}:40001`, `${A}:40001`),
  { ...mapped(`${A}:1`, `${GATEWAY}:50003`), kind: "expired" },
]);

function ends(bytes: Buffer): string | undefined {
  const { ip } = asInside(decodePacket(frame(bytes, 1)) as Packet, SOCKETS);
  return ip?.transport && `${ip.source}:${ip.transport.sourcePort} > ${ip.destination}:${ip.transport.destinationPort}`;
}

test("what a gateway calls a socket inside is called what it is there, both ways and by each of its names", () => {
  for (const port of [50_001, 50_002]) {
    expect(ends(packet({ from: GATEWAY, to: B, payload: udp(port, 37_024) }))).toBe(`${A}:40000 > ${B}:37024`);
    expect(ends(packet({ from: B, to: GATEWAY, payload: udp(37_024, port) }))).toBe(`${B}:37024 > ${A}:40000`);
  }
});

test("another transport, another socket and a hole are what they are", () => {
  const segment = packet({ from: GATEWAY, to: B, protocol: 6, payload: tcp(50_001, 37_024, 2) });
  expect(ends(segment)).toBe(`${GATEWAY}:50001 > ${B}:37024`);
  expect(ends(packet({ from: GATEWAY, to: B, payload: udp(50_003, 1) }))).toBe(`${GATEWAY}:50003 > ${B}:1`);
  expect(SOCKETS.size).toBe(2);
});
