import { describe, expect, it } from "vitest";
import { arp, GatewayBench, ROUTER, SERVICE_PORT } from "./gateway-bench.fixture.ts";
import { echo, frame, GATEWAY_PLAN, HOSTS, icmp, packet, udp } from "./gateway.fixture.ts";
import { MAX_NEIGHBOURS, MAX_WAITING_PACKETS } from "./neighbours.ts";

const { a: A, b: B } = HOSTS;
const OUTSIDE = GATEWAY_PLAN.legs.outside.address;

describe("a router", () => {
  it("carries everything both ways, one hop older, and changes nothing else", () => {
    const bench = new GatewayBench(ROUTER);
    const [out] = bench.out(40_000);
    expect(out).toMatchObject({ leg: "outside", from: A, to: B, ttl: 63, sourcePort: 40_000, headerAddsUp: true });
    expect(out?.payloadAddsUp).toBe(true);
    const [back] = bench.in(40_000, B, SERVICE_PORT, A);
    expect(back).toMatchObject({ leg: "inside", from: B, to: A, ttl: 63, destinationPort: 40_000, headerAddsUp: true });
    expect(bench.gateway.stats).toEqual({ forwarded: 2, dropped: {}, unresolved: 0, mappings: 0 });
  });

  it("tells who sent a packet whose hops are used up, and quotes it as it came (RFC 1812 5.3.1)", () => {
    const bench = new GatewayBench(ROUTER);
    const old = packet({ from: A, to: B, ttl: 1, payload: udp(40_000, SERVICE_PORT) });
    const [told] = bench.send("inside", old);
    expect(told).toMatchObject({ leg: "inside", from: GATEWAY_PLAN.legs.inside.address, to: A, protocol: 1 });
    expect(told?.payload.subarray(0, 2)).toEqual(Buffer.from([11, 0]));
    expect(told?.payload.subarray(8)).toEqual(old);
    expect([told?.headerAddsUp, told?.payloadAddsUp]).toEqual([true, true]);
    expect(bench.gateway.stats.dropped).toEqual({ ttl: 1 });
    const error = packet({ from: A, to: B, ttl: 1, protocol: 1, payload: icmp(3, 3, Buffer.alloc(40)) });
    expect(bench.send("inside", error), "nobody is told of an error by an error").toEqual([]);
  });

  it("says that it knows no way to a third network", () => {
    const [told] = new GatewayBench(ROUTER).send("inside", packet({ from: A, to: "10.24.9.1", payload: udp(1, 2) }));
    expect(told?.payload.subarray(0, 2)).toEqual(Buffer.from([3, 0]));
  });

  it("drops fragments, and counts them", () => {
    const bench = new GatewayBench(ROUTER);
    for (const fragment of [0x2000, 0x2010, 0x0010])
      expect(bench.send("inside", packet({ from: A, to: B, fragment, payload: udp(1, 2) }))).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ fragment: 3 });
  });

  it("leaves alone what is not for its address, and a header that does not add up", () => {
    const bench = new GatewayBench(ROUTER);
    const good = packet({ from: A, to: B, payload: udp(1, 2) });
    expect(bench.gateway.receive("inside", frame(good, 1), 0)).toEqual([]);
    good.writeUInt16BE(good.readUInt16BE(10) ^ 1, 10);
    expect(bench.send("inside", good)).toEqual([]);
    expect(bench.gateway.receive("inside", Buffer.alloc(13), 0)).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ malformed: 1 });
  });

  it("answers an echo to either of its addresses", () => {
    const bench = new GatewayBench(ROUTER);
    for (const { address } of Object.values(GATEWAY_PLAN.legs)) {
      const [reply] = bench.send("inside", packet({ from: A, to: address, protocol: 1, payload: echo(8, 99) }));
      expect(reply).toMatchObject({ leg: "inside", from: address, to: A, headerAddsUp: true, payloadAddsUp: true });
      expect(reply?.payload.subarray(4)).toEqual(echo(0, 99).subarray(4));
    }
  });
});

describe("ARP on a leg", () => {
  it("answers for the leg's address alone", () => {
    const { gateway } = new GatewayBench();
    const [answer] = gateway.receive("inside", arp(1, A, GATEWAY_PLAN.legs.inside.address), 0);
    expect(answer?.frame.subarray(0, 6).toString("hex")).toBe("525400240100");
    expect(answer?.frame.readUInt16BE(20)).toBe(2);
    expect(answer?.frame.subarray(22, 28).toString("hex")).toBe("52540024ff00");
    expect(gateway.receive("inside", arp(1, A, "10.24.0.9"), 0)).toEqual([]);
  });

  it("asks once a second while packets wait, and lets them go in order", () => {
    const bench = new GatewayBench(ROUTER);
    const send = (port: number): number =>
      bench.gateway.receive(
        "inside",
        frame(packet({ from: A, to: "10.24.1.7", payload: udp(port, SERVICE_PORT) }), 0),
        bench.nowMs,
      ).length;
    expect([send(1), send(2)]).toEqual([1, 0]);
    bench.nowMs = 1_000;
    expect(send(3)).toBe(1);
    const released = bench.gateway.receive("outside", arp(2, "10.24.1.7", OUTSIDE, "525400240700"), 1_001);
    expect(released.map(({ frame: out }) => out.readUInt16BE(34))).toEqual([1, 2, 3]);
  });

  it("keeps a bounded number of packets, for a bounded number of addresses", () => {
    const bench = new GatewayBench(ROUTER);
    const to = (last: number): Buffer => frame(packet({ from: A, to: `10.24.1.${last}`, payload: udp(1, 2) }), 0);
    for (let at = 0; at < MAX_WAITING_PACKETS + 3; at += 1) bench.gateway.receive("inside", to(7), 0);
    expect(bench.gateway.stats.unresolved).toBe(3);
    for (let at = 1; at <= MAX_NEIGHBOURS; at += 1) bench.gateway.receive("inside", to(100 + at), 0);
    expect(bench.gateway.stats.unresolved, "the oldest gave way, with all that waited").toBe(3 + MAX_WAITING_PACKETS);
    const asked = bench.gateway.receive("inside", to(200), 0);
    expect(asked, "many that aren't there don't keep the next one from being found").toHaveLength(1);
  });

  it("remembers a bounded number of neighbours: the oldest has to be asked for again", () => {
    const bench = new GatewayBench(ROUTER);
    for (let at = 1; at <= MAX_NEIGHBOURS; at += 1)
      bench.gateway.receive("outside", arp(1, `10.24.1.${100 + at}`, OUTSIDE), 0);
    const to = (ip: string): number | undefined =>
      bench.gateway
        .receive("inside", frame(packet({ from: A, to: ip, payload: udp(1, 2) }), 0), 0)[0]
        ?.frame.readUInt16BE(12);
    expect([to(B), to("10.24.1.101")]).toEqual([0x0806, 0x0800]);
  });
});
