/** One scenario of the virtual world with one seed, under the observer. */
import type { ConnectionFactory } from "../../guest/core/index.ts";
import { nativeCrypto } from "../../guest/node/crypto/native.ts";
import { adversaryFactory } from "../../guest/sim/adversaries/adversary-factory.ts";
import { CheckViolation } from "../../guest/sim/checkers/violation.ts";
import type { BusScenario } from "../../guest/sim/plan/bus-scenario.ts";
import type { Scenario } from "../../guest/sim/plan/scenario.ts";
import type { AnyScenario } from "../../guest/sim/scenarios/catalogue.ts";
import { BusWorld, type BusWorldOptions } from "../../guest/sim/world/bus-world.ts";
import { EndpointWorld } from "../../guest/sim/world/endpoint-world.ts";
import { TcpTaps, type ObservedTcpSession } from "./tcp-taps.ts";
import { alarmsOf, SessionTaps, type Alarm, type ObservedSession } from "./session-taps.ts";

export interface ObservedRun {
  readonly sessions: readonly ObservedSession[];
  readonly tcpSessions: readonly ObservedTcpSession[];
  /** About ends that are meant to be honest. */
  readonly alarms: readonly Alarm[];
  /** About adversaries. */
  readonly caught: readonly Alarm[];
  readonly virtualMs: number;
  /** A checker of the world's own stopped the run: not the observer's business. */
  readonly stopped: string | undefined;
}

export async function runObserved({ world, scenario }: AnyScenario, seed: number): Promise<ObservedRun> {
  return world === "bus" ? runBus(scenario, seed) : runEndpoints(scenario, seed);
}

function runEndpoints(scenario: Scenario, seed: number): ObservedRun {
  const taps = new SessionTaps("bytes");
  const world: EndpointWorld = new EndpointWorld(scenario, {
    seed,
    crypto: nativeCrypto,
    connectionFactory: (plan) => (setup) =>
      taps.watching(adversaryFactory(plan), plan.name, world.nodeNamed(plan.name).host)(setup),
  });
  world.network.observe(taps);
  const stopped = stoppedBy(() => world.run());
  const adversaries = scenario.nodes.filter(({ adversary }) => adversary !== undefined).map(({ name }) => name);
  return { ...judged(taps, adversaries), tcpSessions: [], virtualMs: world.outcome().virtualMs, stopped };
}

async function runBus(scenario: BusScenario, seed: number): Promise<ObservedRun> {
  const taps = new SessionTaps("mux");
  const tcp = new TcpTaps();
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const world = new TappedBusWorld(scenario, { seed, crypto: nativeCrypto, settle, tap: tcp }, taps);
  let stopped: string | undefined;
  try {
    await world.run();
  } catch (error) {
    stopped = reasonOf(error);
  }
  const { sessions, alarms } = judged(taps, []);
  const tcpSessions = tcp.end();
  const nodeAt = (host: string): string => world.nodes.find((node) => node.host === host)?.plan.name ?? host;
  const tcpAlarms = tcpSessions.flatMap(({ name, hosts, report }) =>
    report.findings.map((one) => ({ ...one, view: "both" as const, session: name, node: nodeAt(hosts[one.end]) })),
  );
  const { virtualMs } = world.outcome();
  return { sessions, tcpSessions, alarms: [...alarms, ...tcpAlarms], caught: [], virtualMs, stopped };
}

class TappedBusWorld extends BusWorld {
  readonly #taps: SessionTaps;

  constructor(scenario: BusScenario, options: BusWorldOptions, taps: SessionTaps) {
    super(scenario, options);
    this.#taps = taps;
    this.network.observe(taps);
  }

  override connectionFactory(name: string): ConnectionFactory {
    const host = this.nodes.find(({ plan }) => plan.name === name)?.host ?? "";
    return this.#taps.watching(super.connectionFactory(name), name, host);
  }
}

function judged(
  taps: SessionTaps,
  adversaries: readonly string[],
): Pick<ObservedRun, "sessions" | "alarms" | "caught"> {
  const sessions = taps.end();
  const all = alarmsOf(sessions);
  return {
    sessions,
    alarms: all.filter(({ node }) => !adversaries.includes(node)),
    caught: all.filter(({ node }) => adversaries.includes(node)),
  };
}

function stoppedBy(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** @throws what isn't a checker's word */
function reasonOf(error: unknown): string {
  if (error instanceof CheckViolation) return error.message;
  throw error;
}
