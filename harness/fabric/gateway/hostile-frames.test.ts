/** Whatever a guest puts on a leg: nothing throws, nothing grows, and nothing vanishes uncounted. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arp, GatewayBench, ROUTER, SERVICE_PORT } from "./gateway-bench.fixture.ts";
import { frame, GATEWAY_PLAN, HOSTS, icmp, packet, rightSum, udp, type TestPacket } from "./gateway.fixture.ts";
import type { Dependence } from "./gateway-plan.ts";
import type { GatewayFrame } from "./gateway.ts";
import { hostileFrames, type HostileFrame } from "./hostile-frames.fixture.ts";

const { a: A, b: B, c: C } = HOSTS;
const { legs } = GATEWAY_PLAN;
const { inside: INSIDE, outside: OUTSIDE } = legs;
const dependence = fc.constantFrom<Dependence>("none", "endpoint-independent", "endpoint-dependent");

function isForIt({ leg, frame: bytes }: HostileFrame): boolean {
  const mac = Buffer.from(legs[leg].mac.replaceAll(":", ""), "hex");
  return bytes.length >= 14 && bytes.readUInt16BE(12) !== 0x0806 && bytes.subarray(0, 6).equals(mac);
}

/** One that it answered by itself: neither carried nor dropped. */
function isEchoAnswer({ frame: bytes }: GatewayFrame): boolean {
  const from = [...bytes.subarray(26, 30)].join(".");
  return bytes.readUInt16BE(12) === 0x0800 && bytes[23] === 1 && bytes[34] === 0 && from.endsWith(".254");
}

function isRight({ leg, frame: bytes }: GatewayFrame): boolean {
  const isOwn = bytes.subarray(6, 12).toString("hex") === legs[leg].mac.replaceAll(":", "");
  if (bytes.readUInt16BE(12) === 0x0806) return isOwn && bytes.length === 42;
  return isOwn && rightSum(bytes.subarray(14, 34)) === 0 && bytes.length === 14 + bytes.readUInt16BE(16);
}

describe("frames that no kernel sends", () => {
  it("are carried, answered or dropped and counted, and nothing but right packets leaves", () => {
    fc.assert(
      fc.property(dependence, dependence, fc.array(hostileFrames, { maxLength: 30 }), (mapping, filtering, frames) => {
        const bench = new GatewayBench({ mapping, filtering, udpTimeoutMs: 3 });
        frames.forEach((each, nowMs) => {
          const before = counted(bench);
          const sent = bench.gateway.receive(each.leg, each.frame, nowMs);
          expect(sent.filter((one) => !isRight(one))).toEqual([]);
          const isAnswered = isForIt(each) && counted(bench) === before && sent.some(isEchoAnswer);
          expect(counted(bench) - before).toBe(isForIt(each) && !isAnswered ? 1 : 0);
        });
        const insiders = bench.records.filter(({ inside }) => /^10\.24\.0\.\d+:/.test(inside));
        expect(insiders).toHaveLength(bench.records.length);
      }),
      { numRuns: 400 },
    );
  });

  function counted({ gateway }: GatewayBench): number {
    const { forwarded, dropped } = gateway.stats;
    return Object.values(dropped).reduce((sum, times) => sum + times, forwarded);
  }
});

describe("an address that nobody there can have", () => {
  it.each([OUTSIDE.address, INSIDE.address, B, "10.24.9.1", "0.0.0.0", "224.0.0.1", "10.24.0.255", "10.24.0.0"])(
    "%s sends nothing, is told nothing and takes no mapping",
    (from) => {
      for (const plan of [ROUTER, {}]) {
        const bench = new GatewayBench(plan);
        for (const ttl of [1, 64])
          expect(bench.send("inside", packet({ from, to: B, ttl, payload: udp(1, 2) }))).toEqual([]);
        expect(bench.gateway.stats).toMatchObject({ dropped: { source: 2 }, unresolved: 0, mappings: 0 });
      }
    },
  );

  it("is sent nothing either, nor is anybody told (RFC 1122 3.2.2)", () => {
    const bench = new GatewayBench(ROUTER);
    for (const to of ["10.24.1.255", "10.24.1.0", "224.0.0.1", "255.255.255.255"])
      expect(bench.send("inside", packet({ from: A, to, payload: udp(1, 2) }))).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ "no-route": 4 });
  });

  it("is not believed in ARP, nor is a group's (RFC 1812 3.3.2)", () => {
    const { gateway } = new GatewayBench();
    expect(gateway.receive("outside", arp(1, B, OUTSIDE.address, "ffffffffffff"), 0)).toEqual([]);
    expect(gateway.receive("outside", arp(1, "0.0.0.0", OUTSIDE.address, "525400240900"), 0)).toHaveLength(1);
    const sent = gateway.receive("inside", frame(packet({ from: A, to: B, payload: udp(1, 2) }), 0), 0);
    expect(sent.map(({ frame: bytes }) => bytes.toString("hex", 0, 6))).toEqual(["525400240100"]);
  });
});

describe("ICMP", () => {
  const about = (quoted: Partial<TestPacket>): Buffer =>
    icmp(
      3,
      3,
      Buffer.concat([Buffer.alloc(4), packet({ from: B, to: A, payload: udp(SERVICE_PORT, 40_000), ...quoted })]),
    );

  it("that does not add up is not made to (RFC 5508 REQ-3)", () => {
    const bench = new GatewayBench();
    bench.map(40_000);
    const good = packet({ from: A, to: B, protocol: 1, payload: about({}) });
    expect(bench.send("inside", good)).toHaveLength(1);
    good.writeUInt8(1, 21);
    expect(bench.send("inside", good)).toEqual([]);
    const quoteIsWrong = about({});
    quoteIsWrong.writeUInt8(63, 8 + 8);
    expect(bench.send("inside", packet({ from: A, to: B, protocol: 1, payload: quoteIsWrong }))).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ malformed: 1, "no-mapping": 1 });
  });

  it("speaks for nobody else, and to nobody else", () => {
    const bench = new GatewayBench();
    bench.map(40_000);
    for (const [from, to] of [
      ["10.24.0.2", B],
      [A, C],
    ] as const)
      expect(bench.send("inside", packet({ from, to, protocol: 1, payload: about({}) }))).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ "no-mapping": 2 });
  });
});
