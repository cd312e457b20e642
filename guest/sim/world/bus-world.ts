/**
 * Daemons and self-tests in virtual time. Their code is asynchronous; between two events the injected `settle` lets every
 * continuation run to its end, so that the order of things is the queue's alone.
 */
import { acknowledgementChecker } from "../checkers/acknowledgements.ts";
import { datagramSizeChecker } from "../checkers/datagram-size.ts";
import { packetNumberChecker } from "../checkers/packet-numbers.ts";
import { ProgressChecker } from "../checkers/progress.ts";
import { CheckViolation } from "../checkers/violation.ts";
import { LinkImpairment } from "../../../contract/impairment/link-impairment.ts";
import { Network } from "../network/network.ts";
import { VirtualTcpNetwork } from "../runtime/virtual-tcp.ts";
import { Prng } from "../scheduler/prng.ts";
import { EventQueue } from "../scheduler/event-queue.ts";
import { alikeCrypto } from "./alike-crypto.ts";
import { BusNode } from "./bus-node.ts";
import { honestConnections } from "../adversaries/honest-connections.ts";
import { Observation } from "./observation.ts";
import type {
  CongestionControllerFactory,
  ConnectionFactory,
  CryptoPrimitives,
  KeyLog,
  TraceSink,
} from "../../core/index.ts";
import type { ConsoleRecord } from "../runtime/virtual-console.ts";
import { type BusScenario, type BusTimelineStep, WORLD_KILLED, WORLD_STARTED } from "../plan/bus-scenario.ts";
import type { BusContext } from "./bus-node.ts";
import type { BusOutcome } from "../plan/bus-outcome.ts";
import type { RunTap } from "./run-tap.ts";

const MSG1_TYPE = 0x01;

export interface BusWorldOptions {
  readonly seed: number;
  readonly crypto: CryptoPrimitives;
  /** Resolves once no continuation is left to run: `setImmediate` on Node. */
  readonly settle: () => Promise<void>;
  /** Makes the trace sink of each node. */
  readonly traceOf?: ((node: string) => TraceSink) | undefined;
  readonly tap?: RunTap | undefined;
  /** Default: the core's connection. Broken ones in tests of the checkers. */
  readonly connections?: ConnectionFactory;
  /** Makes the congestion control of every udp-sec connection. Default: `newReno`. */
  readonly congestion?: CongestionControllerFactory | undefined;
}

export class BusWorld implements BusContext {
  readonly seed: number;
  readonly crypto: CryptoPrimitives;
  readonly congestion: CongestionControllerFactory | undefined;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly tcp: VirtualTcpNetwork;
  readonly nodes: readonly BusNode[];
  readonly keyLog: KeyLog | undefined;
  readonly observation = new Observation();
  readonly #scenario: BusScenario;
  readonly #settle: () => Promise<void>;
  readonly #traceOf: ((node: string) => TraceSink) | undefined;
  readonly #connections: ConnectionFactory;
  readonly #links = new Map<string, LinkImpairment>();
  readonly #records: ConsoleRecord[] = [];
  readonly #selftests = new Map<string, boolean>();
  readonly #msg1Ms: { node: string; atMs: number }[] = [];
  readonly #progress: ProgressChecker;
  #rejection: { readonly node: string; readonly error: unknown } | undefined;

  constructor(scenario: BusScenario, { seed, crypto, settle, traceOf, connections, congestion, tap }: BusWorldOptions) {
    this.#scenario = scenario;
    this.seed = seed;
    this.crypto = alikeCrypto(crypto);
    this.congestion = congestion;
    this.#settle = settle;
    this.#traceOf = traceOf;
    this.#connections = connections ?? honestConnections;
    this.network = new Network(this.queue, (from) => this.#linkFrom(from));
    this.keyLog = tap?.keyLog;
    this.tcp = new VirtualTcpNetwork(this.network, this.queue, tap);
    this.nodes = scenario.nodes.map((plan, index) => new BusNode(plan, `10.0.0.${index + 1}`, this));
    if (tap !== undefined) this.network.observe(tap.datagrams);
    for (const { plan, host, identity } of this.nodes) tap?.onHost(plan.name, host, identity);
    for (const checker of [datagramSizeChecker(), packetNumberChecker(), acknowledgementChecker()]) {
      this.network.observe(checker);
    }
    this.network.observe(this.observation);
    this.network.observe({
      onSent: ({ packet, from, atMs }) => {
        if (packet?.type === MSG1_TYPE) this.#msg1Ms.push({ node: this.#nodeAt(from.host)?.plan.name ?? "", atMs });
      },
    });
    this.#progress = new ProgressChecker({
      maxVirtualMs: scenario.maxVirtualMs,
      maxEvents: 5_000_000,
      maxEventsAtOnce: 100_000,
    });
  }

  /** @throws CheckViolation, and whatever a daemon or self-test rejects with */
  async run(): Promise<BusOutcome> {
    for (const step of this.#scenario.timeline ?? []) this.#schedule(step);
    for (const node of this.nodes) node.start();
    for (;;) {
      await this.#settle();
      if (this.#rejection !== undefined) throw rejectionOf(this.#rejection);
      for (const node of this.nodes) node.connections.check();
      if (this.#isOver()) return this.outcome();
      if (!this.queue.runNext()) this.#progress.onIdle();
      this.#progress.onEvent(this.queue.nowMs);
    }
  }

  outcome(): BusOutcome {
    return {
      virtualMs: this.queue.nowMs,
      records: this.#records,
      selftests: this.#selftests,
      msg1Ms: this.#msg1Ms,
      traceHash: this.observation.digest(),
    };
  }

  /** The daemon's own sink keeps what it asked for; ours hears it too. */
  connectionFactory(node: string): ConnectionFactory {
    const sink = this.#traceOf?.(node);
    if (sink === undefined) return this.#connections;
    return (setup) => this.#connections({ ...setup, trace: bothSinks(setup.trace, sink) });
  }

  print(record: ConsoleRecord): void {
    this.#records.push(record);
    this.#traceOf?.(record.node).event(record.atMs, `udpsec:${record.kind}`, "", { text: record.text });
    this.observation.note(record.atMs, `${record.node} ${record.kind} ${record.text}`);
    if (record.kind === "marker") for (const link of this.#links.values()) link.trigger(record.text, record.atMs);
  }

  onSelftest(node: string, hasPassed: boolean): void {
    this.#selftests.set(node, hasPassed);
  }

  onRejected(node: string, error: unknown): void {
    this.#rejection ??= { node, error };
  }

  #schedule(step: BusTimelineStep): void {
    const node = this.nodes.find(({ plan }) => plan.name === step.node);
    if (node === undefined) throw new CheckViolation("timeline", `there is no node ${step.node}`);
    const crash = (): void => node.crash();
    const start = (): void => node.start();
    switch (step.kind) {
      case "crash":
        this.queue.schedule(step.atMs, crash);
        return;
      case "start":
        this.queue.schedule(step.atMs, start);
        return;
      case "sigkill": {
        const prng = new Prng(this.seed, "sigkill", step.node);
        const killedMs = step.atMs + (prng.next32() / 2 ** 32) * step.withinMs;
        const startedMs = killedMs + (prng.next32() / 2 ** 32) * step.backWithinMs;
        this.queue.schedule(killedMs, () => {
          this.#tell(step.node, WORLD_KILLED);
          crash();
        });
        this.queue.schedule(startedMs, () => {
          this.#tell(step.node, WORLD_STARTED);
          start();
        });
      }
    }
  }

  #tell(node: string, text: string): void {
    this.print({ atMs: this.queue.nowMs, node, kind: "event", text, data: {} });
  }

  #isOver(): boolean {
    if (this.queue.nowMs < (this.#scenario.untilMs ?? 0)) return false;
    return this.nodes.every(({ plan }) => plan.tests === undefined || this.#selftests.has(plan.name));
  }

  #linkFrom(host: string): LinkImpairment {
    const plan = this.#nodeAt(host)?.plan;
    const isThere = plan?.tests !== undefined || plan?.dials !== undefined;
    const name = isThere ? "there" : "back";
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const link = new LinkImpairment(this.#scenario.path[name] ?? {}, this.seed, name);
    this.#links.set(name, link);
    return link;
  }

  #nodeAt(host: string): BusNode | undefined {
    return this.nodes.find((node) => node.host === host);
  }
}

function bothSinks(one: TraceSink | undefined, other: TraceSink): TraceSink {
  return {
    event: (timeMs, name, connection, data) => {
      one?.event(timeMs, name, connection, data);
      other.event(timeMs, name, connection, data);
    },
  };
}

function rejectionOf({ node, error }: { readonly node: string; readonly error: unknown }): CheckViolation {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new CheckViolation("rejection", `${node}: ${text}`);
}
