import { describe, expect, it } from "vitest";
import { GatewayBench, SERVICE_PORT } from "./gateway-bench.fixture.ts";
import { HOSTS } from "./gateway.fixture.ts";
import { MAX_MAPPINGS, MAX_REMOTES } from "./mapping-table.ts";

const { a: A, b: B, c: C } = HOSTS;

describe("the end of a mapping", () => {
  it("comes when nothing left for longer than the timeout; what comes in does not keep it (RFC 4787 REQ-6)", () => {
    const bench = new GatewayBench();
    const port = bench.map(40_000);
    bench.nowMs = 30_000;
    expect(bench.in(port)).toHaveLength(1);
    bench.nowMs = 30_001;
    expect(bench.in(port)).toEqual([]);
    expect(bench.records.map(({ event }) => event)).toEqual(["mapped", "expired"]);
    const second = bench.map(40_000);
    expect(second).not.toBe(port);
    bench.nowMs = 60_001;
    expect(bench.map(40_000)).toBe(second);
    bench.nowMs = 90_001;
    expect(bench.map(40_000)).toBe(second);
  });

  it("frees its port for nobody else while others are left: who still sends there reaches no stranger", () => {
    const bench = new GatewayBench({}, 7);
    const seen = new Set<number>();
    for (let round = 0; round < 200; round += 1) {
      seen.add(bench.map(40_000));
      bench.gateway.forget(round);
    }
    expect(seen.size).toBe(200);
  });

  it("never comes for one that is used, however many came after it: its port stays its own", () => {
    const bench = new GatewayBench({ udpTimeoutMs: 1 }, 7);
    const kept = bench.map(40_000);
    const later = new Set<number>();
    for (let socket = 0; socket < 17_000; socket += 1) {
      bench.nowMs += 1;
      bench.map(40_000);
      later.add(bench.map(1 + socket));
      if (socket % 500 === 0) expect(bench.in(kept)).toHaveLength(1);
    }
    expect(later.has(kept)).toBe(false);
  });

  it("comes at once when the gateway forgets", () => {
    const bench = new GatewayBench();
    const port = bench.map(40_000);
    expect(bench.gateway.forget(5)).toBe(1);
    expect(bench.in(port)).toEqual([]);
    expect(bench.map(40_000)).not.toBe(port);
    expect(bench.records.map(({ event, mapping }) => `${event} ${mapping}`)).toEqual([
      `mapped udp ${A} #1`,
      `forgotten udp ${A} #1`,
      `mapped udp ${A} #2`,
    ]);
  });

  it("of a firewall's hole shuts it, and who is inside opens it again at the same socket", () => {
    const bench = new GatewayBench({ mapping: "none", filtering: "endpoint-dependent" });
    expect(bench.in(40_000, B, SERVICE_PORT, A), "before anybody asked").toEqual([]);
    bench.out(40_000);
    expect(bench.in(40_000, B, SERVICE_PORT, A)).toHaveLength(1);
    expect(bench.in(40_000, C, SERVICE_PORT, A)).toEqual([]);
    bench.nowMs = 30_001;
    expect(bench.in(40_000, B, SERVICE_PORT, A)).toEqual([]);
    expect(bench.out(40_000)[0]).toMatchObject({ from: A, sourcePort: 40_000 });
    expect(bench.in(40_000, B, SERVICE_PORT, A)).toHaveLength(1);
  });
});

describe("the log of a gateway", () => {
  function play(bench: GatewayBench, pauseMs: number): string[] {
    const port = bench.map(40_000);
    const carried = [bench.in(port).length];
    bench.nowMs += pauseMs;
    carried.push(bench.in(port).length);
    bench.map(40_000);
    return [...bench.records.map(({ event, outside }) => `${event} ${outside}`), carried.join()];
  }

  it("has it do the same again, whatever the clock says then", () => {
    const first = new GatewayBench();
    const did = play(first, 30_001);
    expect(did).toHaveLength(4);
    const { records } = first;
    expect(play(new GatewayBench({}, 8, { records, unlogged: "conditions" }), 10)).toEqual(did);
    const patient = new GatewayBench();
    const lived = play(patient, 10);
    expect(lived).toHaveLength(2);
    expect(play(new GatewayBench({}, 8, { records: patient.records, unlogged: "conditions" }), 30_001)).toEqual(lived);
  });

  it("made smaller leaves out the expiry, where nothing else is to happen", () => {
    expect(play(new GatewayBench({}, 7, { records: [], unlogged: "pass" }), 30_001)).toHaveLength(2);
    expect(play(new GatewayBench({}, 7, { records: [], unlogged: "conditions" }), 30_001)).toHaveLength(4);
  });
});

describe("what a gateway keeps", () => {
  it("is a bounded number of mappings; those that are over make room", () => {
    const bench = new GatewayBench();
    for (let port = 1; port <= MAX_MAPPINGS; port += 1) expect(bench.out(port)).toHaveLength(1);
    expect(bench.out(60_000)).toEqual([]);
    expect(bench.gateway.stats).toMatchObject({ dropped: { "table-full": 1 }, mappings: MAX_MAPPINGS });
    bench.nowMs = 30_001;
    expect(bench.out(60_000)).toHaveLength(1);
    expect(bench.gateway.stats.mappings).toBe(1);
  });

  it("is a bounded number of sockets that may answer: the oldest is left out", () => {
    const bench = new GatewayBench();
    const port = bench.map(40_000, B, 1);
    for (let at = 2; at <= MAX_REMOTES + 1; at += 1) bench.out(40_000, B, at);
    expect([bench.in(port, B, 1).length, bench.in(port, B, 2).length]).toEqual([0, 1]);
  });
});
