/** The connections inside daemons and self-tests are looked at as those of bare endpoints are. */
import { expect, it } from "vitest";
import { Connection, type ConnectionFactory, nobleCrypto } from "../../core/index.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";
import { BUS_SCENARIOS } from "../scenarios/bus-scenarios.ts";
import { BusWorld } from "./bus-world.ts";
import { runBusScenario } from "./run-bus-scenario.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function scenario(name: string) {
  const found = BUS_SCENARIOS.find((known) => known.name === name);
  if (found === undefined) throw new Error(`no bus scenario ${name}`);
  return found;
}

it("catches a daemon's connection that lets its window collapse", async () => {
  const connections: ConnectionFactory = (setup) => {
    const connection = new Connection(setup);
    const stats = connection.stats.bind(connection);
    connection.stats = () => ({ ...stats(), cwndBytes: 1_200 });
    return connection;
  };
  const result = await runBusScenario(scenario("ladder"), { seed: 1, crypto: nativeCrypto, settle, connections });
  expect(result.failure?.reason).toMatch(/^congestion-window: [ab] [0-9a-f]{16}: cwnd 1200/);
});

it("traces connections and markers of each node", async () => {
  const events: string[] = [];
  const traceOf = (node: string) => ({ event: (_timeMs: number, name: string) => void events.push(`${node} ${name}`) });
  await new BusWorld(scenario("ladder"), { seed: 1, crypto: nativeCrypto, settle, traceOf }).run();
  for (const expected of [
    "a recovery:metrics_updated",
    "b transport:packet_sent",
    "a udpsec:marker",
    "b udpsec:marker",
  ]) {
    expect(events).toContain(expected);
  }
});

it("gives the same trace hash with noble, although a daemon's status names its primitives", async () => {
  const hashes = new Set<string>();
  for (const crypto of [nativeCrypto, nobleCrypto]) {
    hashes.add((await runBusScenario(scenario("ladder"), { seed: 1, crypto, settle })).outcome.traceHash);
  }
  expect(hashes.size).toBe(1);
});
