import { describe, expect, it } from "vitest";
import {
  Connection,
  type ConnectionSetup,
  type ConnectionStats,
  nobleCrypto,
  type TransportConnection,
} from "../../core/index.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { findScenario, SCENARIOS } from "../scenarios/catalogue.ts";
import type { Fault } from "../../../contract/impairment/link-spec.ts";
import { nearestName } from "../../../contract/nearest-name.ts";
import { withOverrides } from "../scenarios/overrides.ts";
import { openingInPlace } from "./opening-in-place.fixture.ts";
import { runScenario } from "./run-scenario.ts";
import type { NodePlan, Scenario } from "../plan/scenario.ts";

function scenario(name: string): Scenario {
  const found = findScenario(name);
  if (found?.world !== "endpoint") throw new Error(`no endpoint scenario ${name}`);
  return found.scenario;
}

const small = withOverrides(scenario("transfer"), { loss: 0.1, bytes: 64 * 1024 });

describe("determinism", () => {
  it("gives the same trace hash for the same seed and another for the next", () => {
    const hashOf = (seed: number) => runScenario(small, { seed, crypto: nativeCrypto }).outcome.traceHash;
    expect(hashOf(1)).toBe(hashOf(1));
    expect(hashOf(1)).not.toBe(hashOf(2));
  });

  it("gives the same trace hash with noble", () => {
    const quick = withOverrides(small, { bytes: 8 * 1024 });
    const native = runScenario(quick, { seed: 5, crypto: nativeCrypto });
    const noble = runScenario(quick, { seed: 5, crypto: nobleCrypto });
    expect(native.failure).toBeUndefined();
    expect(noble.outcome.traceHash).toBe(native.outcome.traceHash);
  });

  it("gives the same trace hash where packets are opened in their own memory, and what does not open is spoiled", () => {
    const rough = scenario("impaired");
    const native = runScenario(rough, { seed: 5, crypto: nativeCrypto });
    const inPlace = runScenario(rough, { seed: 5, crypto: openingInPlace });
    expect(native.failure).toBeUndefined();
    expect(inPlace.outcome.traceHash).toBe(native.outcome.traceHash);
  });
});

describe("scenarios", () => {
  it.each(SCENARIOS.filter(({ world }) => world === "endpoint").map(({ scenario: { name } }) => name))(
    "%s passes",
    (name) => {
      expect(runScenario(scenario(name), { seed: 11, crypto: nativeCrypto }).failure).toBeUndefined();
    },
  );

  it.each([31, 118])("ack-loss, seed %i: eight lost answers to probes once cost the connection", (seed) => {
    const { failure, outcome } = runScenario(scenario("ack-loss"), { seed, crypto: nativeCrypto });
    expect([failure, outcome.sides.length]).toEqual([undefined, 2]);
  });

  it("ack-loss, where nothing gets through for 15 s besides: the next connection finishes", () => {
    const { path, ...plan } = scenario("ack-loss");
    const silence: Fault = { kind: "blackhole", during: { fromMs: 500, untilMs: 16_000 } };
    const faults = [...(path.back?.faults ?? []), silence];
    const silent = { ...plan, path: { ...path, back: { ...path.back, faults } } };
    const { failure, outcome } = runScenario(silent, { seed: 11, crypto: nativeCrypto });
    expect(failure).toBeUndefined();
    expect(outcome.sides.map(({ role, end }) => `${role} ${end ?? ""}`)).toContain("initiator IDLE");
  });

  it("satellite, seed 101099: four losses at bad moments take their time, not more", () => {
    const { failure, outcome } = runScenario(scenario("satellite"), { seed: 101_099, crypto: nativeCrypto });
    expect(failure).toBeUndefined();
    expect(Math.max(...outcome.sides.map(({ lastDeliveryMs }) => lastDeliveryMs))).toBeGreaterThan(36_000);
  });

  it("has names of its own for each, and knows the one that was meant", () => {
    const names = SCENARIOS.map(({ scenario: { name } }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(nearestName("tranfser", names)).toBe("transfer");
    expect(nearestName("los10", names)).toBe("loss10");
  });
});

describe("broken endpoints are caught", () => {
  type Break = (connection: Connection) => Partial<Record<keyof TransportConnection, unknown>>;

  /** The core's connection with some of its methods replaced. */
  function broken(breakIt: Break) {
    return (plan: NodePlan) =>
      (setup: ConnectionSetup): TransportConnection => {
        const connection = new Connection(setup);
        if (plan.name !== "a") return connection;
        const replaced = breakIt(connection);
        return new Proxy<TransportConnection>(connection, {
          get(target, property) {
            if (property in replaced) return replaced[property as keyof TransportConnection];
            const value: unknown = Reflect.get(target, property, target);
            return typeof value === "function" ? (value.bind(target) as unknown) : value;
          },
        });
      };
  }

  const withStats =
    (change: Partial<ConnectionStats>): Break =>
    (connection) => ({ stats: () => ({ ...connection.stats(), ...change }) });

  let repeated: Uint8Array | undefined;
  const breaks: [string, string, Break][] = [
    ["counts bytes in flight wrongly", "in-flight-sum", withStats({ recountedInFlightBytes: 77 })],
    ["lets its window collapse", "congestion-window", withStats({ cwndBytes: 1_200 })],
    ["has no timer for what is in flight", "armed-timer", withStats({ timers: { idle: 1 } })],
    ["holds more than it may", "memory", withStats({ receiveWindowBytes: 2 * 1024 * 1024 + 1 })],
    [
      "asks to be called again for ever",
      "progress",
      () => ({
        nextDeadlineMs: () => 0,
      }),
    ],
    [
      "sends a datagram twice",
      "packet-numbers",
      (connection) => ({
        poll: (nowMs: number) => {
          const again = repeated;
          repeated = again === undefined ? connection.poll(nowMs) : undefined;
          return again ?? repeated;
        },
      }),
    ],
    [
      "goes to 1201 bytes",
      "datagram-size",
      (connection) => ({
        poll: (nowMs: number) => {
          const datagram = connection.poll(nowMs);
          return datagram?.length === 1_200 ? Uint8Array.of(...datagram, 0) : datagram;
        },
      }),
    ],
    [
      "delivers a changed byte",
      "stream-prefix",
      (connection) => ({
        read: (maxBytes: number, nowMs: number) => connection.read(maxBytes, nowMs)?.map((byte) => byte ^ 1),
      }),
    ],
    [
      "drops bytes that it took",
      "completion",
      (connection) => ({
        read: (maxBytes: number, nowMs: number) => {
          connection.read(maxBytes, nowMs);
          return undefined;
        },
      }),
    ],
  ];

  it.each(breaks)("one that %s (%s)", (_what, checker, breakIt) => {
    const result = runScenario(small, { seed: 1, crypto: nativeCrypto, connectionFactory: broken(breakIt) });
    expect(result.failure?.reason).toContain(checker);
    expect(result.failure?.recent.length).toBeGreaterThan(0);
  });
});
