/**
 * Endpoints of the core on impaired links, in virtual time, without anything asynchronous: the fast world. After every event the
 * checkers look at what was sent and at the connections of the node that moved.
 */
import { acknowledgementChecker } from "../checkers/acknowledgements.ts";
import { datagramSizeChecker } from "../checkers/datagram-size.ts";
import { packetNumberChecker } from "../checkers/packet-numbers.ts";
import { ProgressChecker } from "../checkers/progress.ts";
import { makeLink } from "../../../contract/impairment/made-link.ts";
import { Network } from "../network/network.ts";
import { EventQueue } from "../scheduler/event-queue.ts";
import { Flood } from "./flood.ts";
import { Observation } from "./observation.ts";
import { honestConnections } from "../adversaries/honest-connections.ts";
import { WorldNode } from "./world-node.ts";
import type {
  CongestionControllerFactory,
  ConnectionFactory,
  CryptoPrimitives,
  KeyLog,
  TraceSink,
} from "../../core/index.ts";
import type { ConnectionFacts } from "../checkers/connection-facts.ts";
import type { DecisionSource } from "../../../contract/impairment/decision.ts";
import type { LinkSpec } from "../../../contract/impairment/link-spec.ts";
import type { DecisionTrial } from "../../../contract/impairment/made-link.ts";
import type { NodePlan, Scenario, TimelineStep } from "../plan/scenario.ts";
import type { FailedDial, Outcome, SideRecord } from "../plan/outcome.ts";
import type { RunTap } from "./run-tap.ts";
import type { StreamSide } from "./stream-side.ts";
import type { WorldContext } from "./world-node.ts";

const MAX_EVENTS = 5_000_000;
const MAX_EVENTS_AT_ONCE = 50_000;

export interface WorldOptions {
  readonly seed: number;
  readonly crypto: CryptoPrimitives;
  /** Makes the trace sink of each node. */
  readonly traceOf?: ((node: string) => TraceSink) | undefined;
  /** Default: the core's connection for every node. */
  readonly connectionFactory?: (plan: NodePlan) => ConnectionFactory;
  readonly tap?: RunTap | undefined;
  /** Makes the congestion control of every connection. Default: `newReno`. */
  readonly congestion?: CongestionControllerFactory | undefined;
  /** Other decisions than the seed's, or an ear for them. */
  readonly decisions?: DecisionTrial | undefined;
}

export class EndpointWorld implements WorldContext {
  readonly seed: number;
  readonly crypto: CryptoPrimitives;
  readonly traceOf: ((node: string) => TraceSink) | undefined;
  readonly connectionFactory: (plan: NodePlan) => ConnectionFactory;
  readonly keyLog: KeyLog | undefined;
  readonly congestion: CongestionControllerFactory | undefined;
  readonly queue = new EventQueue();
  readonly network: Network;
  readonly observation = new Observation();
  readonly #scenario: Scenario;
  readonly #nodes = new Map<string, WorldNode>();
  readonly #nodesByHost = new Map<string, WorldNode>();
  readonly #links = new Map<string, DecisionSource>();
  readonly #decisions: DecisionTrial | undefined;
  readonly #sides: StreamSide[] = [];
  readonly #recordsBySession = new Map<string, SideRecord[]>();
  readonly #dialFailures: FailedDial[] = [];
  readonly #progress: ProgressChecker;
  #pendingSteps = 0;

  constructor(scenario: Scenario, options: WorldOptions) {
    this.#scenario = scenario;
    this.seed = options.seed;
    this.crypto = options.crypto;
    this.traceOf = options.traceOf;
    this.congestion = options.congestion;
    this.#decisions = options.decisions;
    this.connectionFactory = options.connectionFactory ?? (() => honestConnections);
    this.network = new Network(this.queue, (from, to) => this.#linkBetween(from, to));
    const { tap } = options;
    this.keyLog = tap?.keyLog;
    // First: what a checker stops at is on the wire already.
    if (tap !== undefined) this.network.observe(tap.datagrams);
    this.network.observe(this.observation);
    this.network.observe(datagramSizeChecker());
    this.network.observe(packetNumberChecker());
    if (!scenario.nodes.some((node) => node.adversary !== undefined)) this.network.observe(acknowledgementChecker());
    this.#progress = new ProgressChecker({
      maxVirtualMs: scenario.maxVirtualMs,
      maxEvents: MAX_EVENTS,
      maxEventsAtOnce: MAX_EVENTS_AT_ONCE,
    });
    for (const [index, plan] of scenario.nodes.entries()) {
      const node = new WorldNode(plan, `10.0.0.${index + 1}`, this);
      this.#nodes.set(plan.name, node);
      this.#nodesByHost.set(node.host, node);
      tap?.onHost(plan.name, node.host, node.identity);
    }
  }

  /** @throws CheckViolation where a checker stops the run */
  run(): Outcome {
    for (const step of this.#scenario.timeline ?? []) {
      this.#pendingSteps += 1;
      this.queue.schedule(step.atMs, () => this.#apply(step));
    }
    for (const node of this.#nodes.values()) node.start();
    while (!this.#isOver()) {
      if (!this.queue.runNext()) this.#progress.onIdle();
      this.#progress.onEvent(this.queue.nowMs);
    }
    return this.outcome();
  }

  outcome(): Outcome {
    const traffic = new Map<string, Outcome["traffic"] extends ReadonlyMap<string, infer T> ? T : never>();
    for (const [name, { host }] of this.#nodes) {
      const ofHost = this.observation.traffic.get(host);
      if (ofHost !== undefined) traffic.set(name, ofHost);
    }
    return {
      virtualMs: this.queue.nowMs,
      sides: this.#sides.map(({ record }) => record),
      dialFailures: this.#dialFailures,
      traffic,
      events: this.#progress.events,
      traceHash: this.observation.digest(),
    };
  }

  /** Why a dial plan gave up, if one did. */
  get failure(): string | undefined {
    for (const [name, node] of this.#nodes) {
      for (const task of node.tasks) if (task.failure !== undefined) return `${name}: ${task.failure}`;
    }
    return undefined;
  }

  nodeNamed(name: string): WorldNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new ScenarioError(`scenario ${this.#scenario.name}: no node is called ${name}`);
    return node;
  }

  note(text: string): void {
    this.observation.note(this.queue.nowMs, text);
  }

  onSide(side: StreamSide): void {
    this.#sides.push(side);
    const { session } = side.record;
    this.#recordsBySession.set(session, [...(this.#recordsBySession.get(session) ?? []), side.record]);
  }

  peerWrittenBytes(record: SideRecord): number {
    const peer = this.#recordsBySession.get(record.session)?.find(({ role }) => role !== record.role);
    return peer?.writtenBytes ?? 0;
  }

  onDialFailure(failure: FailedDial): void {
    this.#dialFailures.push(failure);
  }

  onSettled(node: WorldNode): void {
    if (node.plan.adversary !== undefined) return;
    node.connections.check((facts) => this.#followWindow(facts, node.plan.name));
  }

  #followWindow(facts: ConnectionFacts, node: string): void {
    const record = this.#recordsBySession.get(facts.session)?.find((side) => side.node === node);
    if (record === undefined) return;
    const cwnd = facts.congestionWindowBytes;
    record.maxCongestionWindowBytes = Math.max(record.maxCongestionWindowBytes, cwnd);
    record.minCongestionWindowBytes = Math.min(record.minCongestionWindowBytes, cwnd);
    if (cwnd < record.congestionWindowBytes) record.firstFallMs ??= this.queue.nowMs;
    if (cwnd > record.congestionWindowBytes && record.firstFallMs !== undefined) record.hasRecovered = true;
    record.congestionWindowBytes = cwnd;
  }

  #isOver(): boolean {
    if (this.#pendingSteps > 0) return false;
    for (const node of this.#nodes.values()) {
      if (node.isUp && (node.hasLiveSides || node.tasks.some((task) => !task.isOver))) return false;
    }
    return true;
  }

  #apply(step: TimelineStep): void {
    const node = this.nodeNamed(step.node);
    switch (step.kind) {
      case "crash":
        node.crash();
        break;
      case "start":
        node.start();
        break;
      case "rebind":
        this.network.translate(node.address, { host: node.host, port: node.address.port + 10_000 });
        this.note(`${step.node} is rebound`);
        break;
      case "flood":
        this.#pendingSteps += 1;
        new Flood(step, this.nodeNamed(step.target), this, () => (this.#pendingSteps -= 1)).start();
        break;
    }
    this.#pendingSteps -= 1;
  }

  /** One link per direction and node with a path of its own; all others share one, and so its queue. */
  #linkBetween(fromHost: string, toHost: string): DecisionSource {
    const from = this.#nodesByHost.get(fromHost);
    const isThere = from?.plan.dials !== undefined || from === undefined;
    const own = [from, this.#nodesByHost.get(toHost)].find((node) => node?.plan.path !== undefined);
    const path = own?.plan.path ?? this.#scenario.path;
    const name = `${own?.plan.name ?? "shared"}/${isThere ? "there" : "back"}`;
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    const spec: LinkSpec = (isThere ? path.there : path.back) ?? {};
    const link = makeLink(spec, this.seed, name, this.#decisions);
    this.#links.set(name, link);
    return link;
  }
}

/** A scenario that contradicts itself. */
export class ScenarioError extends Error {
  readonly code = "SCENARIO";

  constructor(message: string) {
    super(message);
    this.name = "ScenarioError";
  }
}
