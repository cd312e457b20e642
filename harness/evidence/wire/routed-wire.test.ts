/** What the allow-list lets pass on a wire with a gateway, and what it doesn't. */
import { expect, test } from "vitest";
import { GATEWAY_PLAN, HOSTS, packet, udp } from "../../fabric/gateway/gateway.fixture.ts";
import type { Direction } from "../../capture/captured-frame.ts";
import type { TappedFrame } from "../scene/tap.ts";
import type { Wire } from "../scene/wire-plan.ts";
import { WireWatch } from "./wire-watch.ts";

const { a: A, b: B, c: C } = HOSTS;
const { inside } = GATEWAY_PLAN.legs;
const MAC_A = "52:54:00:24:01:00";
const WIRE: Wire = {
  stations: [
    { mac: MAC_A, ip: A, tap: "a.0" },
    { mac: inside.mac, ip: inside.address, tap: "gw.0" },
  ],
  listeners: [{ ip: B, port: 37_024 }],
  beyond: { mac: inside.mac, hosts: [B] },
  gateProbes: 0,
};

/** MSG1 as far as the list looks. */
const DIAL = Buffer.concat([
  Buffer.from("0101000001000000", "hex"),
  Buffer.alloc(16),
  Buffer.from([0x96, 4]),
  Buffer.alloc(1_174),
]);

function told(from: { mac: string; ip: string }, to: { mac: string; ip: string }, ttl = 64): string | undefined {
  const bytes = packet({ from: from.ip, to: to.ip, ttl, payload: udp(40_000, 37_024, DIAL) });
  const mac = (text: string): Buffer => Buffer.from(text.replaceAll(":", ""), "hex");
  const frame = Buffer.concat([mac(to.mac), mac(from.mac), Buffer.from("0800", "hex"), bytes]);
  const direction: Direction = "sent";
  const captured = { bytes: frame, wireLength: frame.length, timeUs: 0, direction, comments: [] };
  const seen: TappedFrame = { captured, direction, packet: undefined };
  return new WireWatch(from.mac === MAC_A ? "a.0" : "gw.0", WIRE).take(seen);
}

const a = { mac: MAC_A, ip: A };
const beyond = (ip: string) => ({ mac: inside.mac, ip });

test("who is beyond the gateway is reached at its address, and answers from there, one hop older", () => {
  expect(told(a, beyond(B))).toBeUndefined();
  expect(told(beyond(B), a, 63)).not.toMatch(/hops|address/);
});

test.each<[string, string | undefined, RegExp]>([
  ["somebody whom nobody planned", told(a, beyond(C)), /nobody's address/],
  ["a machine that sends as an older one", told(a, beyond(B), 63), /lives for 63 hops/],
  ["a packet that is two hops older", told(beyond(B), a, 62), /lives for 62 hops/],
  ["a stranger's packet from the gateway", told(beyond(C), a, 63), /not the sender's address/],
  ["a machine that sends as one beyond", told({ mac: MAC_A, ip: B }, beyond(B)), /not the sender's address/],
])("%s is told", (_, saw, expected) => {
  expect(saw).toMatch(expected);
});
