import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayBench, ROUTER, SERVICE_PORT } from "./gateway-bench.fixture.ts";
import { echo, GATEWAY_PLAN, HOSTS, icmp, packet, readPacket, tcp, udp, type ReadPacket } from "./gateway.fixture.ts";
import type { GatewayPlan } from "./gateway-plan.ts";

const { a: A, b: B, c: C } = HOSTS;
const OUTSIDE = GATEWAY_PLAN.legs.outside.address;
const [SYN, SYN_ACK, ACK] = [0x02, 0x12, 0x10];

describe("a mapping", () => {
  it("gives a socket a port outside, and what answers finds back (RFC 4787 4)", () => {
    const bench = new GatewayBench();
    const [out] = bench.out(40_000);
    expect(out).toMatchObject({ leg: "outside", from: OUTSIDE, to: B, ttl: 63, destinationPort: SERVICE_PORT });
    expect([out?.headerAddsUp, out?.payloadAddsUp]).toEqual([true, true]);
    expect(out?.sourcePort).toBeGreaterThanOrEqual(49_152);
    const [back] = bench.in(out?.sourcePort ?? 0);
    expect(back).toMatchObject({ leg: "inside", from: B, to: A, destinationPort: 40_000, ttl: 63 });
    expect([back?.headerAddsUp, back?.payloadAddsUp]).toEqual([true, true]);
  });

  it("is one for all whom a socket talks to, or one for each", () => {
    const independent = new GatewayBench();
    expect(independent.map(40_000)).toBe(independent.map(40_000, C));
    const dependent = new GatewayBench({ mapping: "endpoint-dependent" });
    const ports = [dependent.map(40_000), dependent.map(40_000, C), dependent.map(40_000, B, 53)];
    expect(new Set(ports).size).toBe(3);
    expect([dependent.map(40_000), dependent.map(40_000, C)]).toEqual(ports.slice(0, 2));
  });

  it("has a port that follows from the seed, whatever port the host took", () => {
    expect(new GatewayBench({}, 7).map(40_000)).toBe(new GatewayBench({}, 7).map(51_234));
    expect(new GatewayBench({}, 7).map(40_000)).not.toBe(new GatewayBench({}, 8).map(40_000));
  });

  it("may be all of its host's ports: none is given twice", () => {
    const bench = new GatewayBench();
    const ports = Array.from({ length: 900 }, (_, index) => bench.map(1_024 + index));
    expect(new Set(ports).size).toBe(900);
  });

  it("lets in whom the socket sent to, everybody, or everybody at its port (RFC 4787 5)", () => {
    const strict = new GatewayBench();
    const port = strict.map(40_000);
    expect(strict.in(port)).toHaveLength(1);
    expect(strict.in(port, C)).toEqual([]);
    expect(strict.in(port, B, 53)).toEqual([]);
    expect(strict.gateway.stats.dropped).toEqual({ filtered: 2 });
    for (const filtering of ["none", "endpoint-independent"] as const) {
      const open = new GatewayBench({ filtering });
      expect(open.in(open.map(40_000), C, 53)).toHaveLength(1);
      expect(open.in(40_000)).toEqual([]);
    }
  });

  it("keeps the address inside to itself", () => {
    const bench = new GatewayBench();
    bench.map(40_000);
    expect(bench.in(40_000, B, SERVICE_PORT, A)).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ filtered: 1 });
  });

  it("leaves a UDP checksum that is zero as it is (RFC 768)", () => {
    const bench = new GatewayBench();
    const [out] = bench.send(
      "inside",
      packet({ from: A, to: B, payload: udp(40_000, SERVICE_PORT), withoutSum: true }),
    );
    expect(out?.payload.readUInt16BE(6)).toBe(0);
  });

  it("is made by TCP's SYN, and by nothing else of TCP", () => {
    const bench = new GatewayBench();
    const from = (flags: number, port = 50_000): ReadPacket[] =>
      bench.send("inside", packet({ from: A, to: B, protocol: 6, payload: tcp(port, SERVICE_PORT, flags, "x") }));
    expect(from(ACK)).toEqual([]);
    expect(from(SYN_ACK)).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ "no-mapping": 2 });
    const [syn] = from(SYN);
    expect([syn?.from, syn?.headerAddsUp, syn?.payloadAddsUp]).toEqual([OUTSIDE, true, true]);
    const answer = packet({
      from: B,
      to: OUTSIDE,
      protocol: 6,
      payload: tcp(SERVICE_PORT, syn?.sourcePort ?? 0, SYN_ACK),
    });
    expect(bench.send("outside", answer)[0]).toMatchObject({ to: A, destinationPort: 50_000, payloadAddsUp: true });
  });

  it("carries echoes by their identifier (RFC 5508 3)", () => {
    const bench = new GatewayBench();
    const [out] = bench.send("inside", packet({ from: A, to: B, protocol: 1, payload: echo(8, 77) }));
    expect([out?.from, out?.payloadAddsUp]).toEqual([OUTSIDE, true]);
    const identifier = out?.payload.readUInt16BE(4) ?? 0;
    const [back] = bench.send("outside", packet({ from: B, to: OUTSIDE, protocol: 1, payload: echo(0, identifier) }));
    expect(back).toMatchObject({ to: A, payloadAddsUp: true });
    expect(back?.payload.readUInt16BE(4)).toBe(77);
  });

  it("can't be had for a protocol without ports", () => {
    const bench = new GatewayBench();
    expect(bench.send("inside", packet({ from: A, to: B, protocol: 47, payload: Buffer.alloc(8) }))).toEqual([]);
    expect(bench.gateway.stats.dropped).toEqual({ unmappable: 1 });
  });
});

describe("an ICMP error", () => {
  it("from outside goes to who sent what it quotes, as that sent it (RFC 5508 4.2)", () => {
    const bench = new GatewayBench();
    const sent = packet({ from: A, to: B, payload: udp(40_000, SERVICE_PORT) });
    const [out] = bench.send("inside", sent);
    const arrived = packet({ from: OUTSIDE, to: B, ttl: 63, payload: udp(out?.sourcePort ?? 0, SERVICE_PORT) });
    const error = packet({
      from: B,
      to: OUTSIDE,
      protocol: 1,
      payload: icmp(3, 3, Buffer.concat([Buffer.alloc(4), arrived])),
    });
    const [told] = bench.send("outside", error);
    expect(told).toMatchObject({ leg: "inside", from: B, to: A, headerAddsUp: true, payloadAddsUp: true });
    const quoted = readPacket(told?.payload.subarray(8) ?? Buffer.alloc(0));
    expect(quoted).toMatchObject({ from: A, to: B, sourcePort: 40_000, headerAddsUp: true, payloadAddsUp: true });
  });

  it("from inside shows nobody the address inside (RFC 5508 4.3)", () => {
    const bench = new GatewayBench();
    const port = bench.map(40_000);
    const arrived = packet({ from: B, to: A, ttl: 63, payload: udp(SERVICE_PORT, 40_000) });
    const error = packet({
      from: A,
      to: B,
      protocol: 1,
      payload: icmp(3, 3, Buffer.concat([Buffer.alloc(4), arrived])),
    });
    const [told] = bench.send("inside", error);
    expect(told).toMatchObject({ leg: "outside", from: OUTSIDE, to: B, headerAddsUp: true, payloadAddsUp: true });
    const quoted = readPacket(told?.payload.subarray(8) ?? Buffer.alloc(0));
    expect(quoted).toMatchObject({ from: B, to: OUTSIDE, destinationPort: port, payloadAddsUp: true });
  });

  it("about nothing that is mapped is dropped, and so is one that quotes too little", () => {
    const bench = new GatewayBench();
    const stray = packet({ from: OUTSIDE, to: B, payload: udp(50_000, SERVICE_PORT) });
    for (const quoted of [stray, stray.subarray(0, 24), Buffer.alloc(0)]) {
      const error = packet({
        from: B,
        to: OUTSIDE,
        protocol: 1,
        payload: icmp(3, 3, Buffer.concat([Buffer.alloc(4), quoted])),
      });
      expect(bench.send("outside", error)).toEqual([]);
    }
    expect(bench.gateway.stats.dropped).toEqual({ filtered: 3 });
  });
});

describe("sums (RFC 1624)", () => {
  const plans = fc.constantFrom<Partial<GatewayPlan>>({}, { mapping: "endpoint-dependent" }, ROUTER);
  const data = fc.uint8Array({ maxLength: 64 });
  const ports = fc.integer({ min: 1, max: 65_535 });

  it("are those that the packet would get from scratch", () => {
    fc.assert(
      fc.property(plans, data, ports, fc.boolean(), (plan, bytes, port, isTcp) => {
        const bench = new GatewayBench(plan, port);
        const payload = isTcp
          ? tcp(port, SERVICE_PORT, SYN, Buffer.from(bytes))
          : udp(port, SERVICE_PORT, Buffer.from(bytes));
        const [out] = bench.send("inside", packet({ from: A, to: B, protocol: isTcp ? 6 : 17, payload }));
        expect([out?.headerAddsUp, out?.payloadAddsUp]).toEqual([true, true]);
        if (!isTcp) expect(out?.payload.readUInt16BE(6)).not.toBe(0);
      }),
    );
  });

  it("that were wrong stay wrong: a gateway mends nothing", () => {
    fc.assert(
      fc.property(plans, data, ports, fc.integer({ min: 1, max: 0xfffe }), (plan, bytes, port, damage) => {
        const damaged = packet({ from: A, to: B, payload: udp(port, SERVICE_PORT, Buffer.from(bytes)) });
        const before = damaged.readUInt16BE(26);
        const after = (before + damage) % 0x1_0000;
        // Zero is none, and 0xffff is zero's other name.
        fc.pre(after !== 0 && after !== 0xffff && before !== 0xffff);
        damaged.writeUInt16BE(after, 26);
        expect(new GatewayBench(plan, port).send("inside", damaged)[0]?.payloadAddsUp).toBe(false);
      }),
    );
  });
});
