/** One host with one endpoint and the applications on its connections. */
import { DEFAULT_TRANSPORT_PARAMETERS, DeviceIdentity, Endpoint } from "../../core/index.ts";
import { Prng } from "../scheduler/prng.ts";
import { DialTask } from "./dial-task.ts";
import { RawConnections } from "./raw-connections.ts";
import { StreamSide } from "./stream-side.ts";
import type {
  Address,
  CongestionControllerFactory,
  ConnectionFactory,
  CryptoPrimitives,
  DialHandle,
  EndpointEvent,
  ConnectionHandle,
  KeyLog,
  TraceSink,
} from "../../core/index.ts";
import type { Network } from "../network/network.ts";
import type { EventQueue, ScheduledEvent } from "../scheduler/event-queue.ts";
import type { NodePlan, SidePlan } from "../plan/scenario.ts";
import type { FailedDial, SideRecord } from "../plan/outcome.ts";

export const SERVICE_PORT = 37_010;
const FIRST_DIALLER_PORT = 50_000;
/** Rounds of events and datagrams at one moment: more is a loop that feeds itself. */
const MAX_ROUNDS = 1_000;

/** What all nodes of a world share. */
export interface WorldContext {
  readonly seed: number;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly crypto: CryptoPrimitives;
  readonly traceOf: ((node: string) => TraceSink) | undefined;
  /** Stands in for honest connections: adversaries, and broken ones in tests of the checkers. */
  readonly connectionFactory: (plan: NodePlan) => ConnectionFactory;
  readonly keyLog: KeyLog | undefined;
  readonly congestion: CongestionControllerFactory | undefined;
  nodeNamed(name: string): WorldNode;
  note(text: string): void;
  onSide(side: StreamSide): void;
  peerWrittenBytes(record: SideRecord): number;
  onDialFailure(failure: FailedDial): void;
  /** After everything that this node did at one moment. */
  onSettled(node: WorldNode): void;
}

export class WorldNode {
  readonly plan: NodePlan;
  readonly host: string;
  readonly identity: DeviceIdentity;
  readonly tasks: readonly DialTask[];
  readonly connections: RawConnections;
  readonly #world: WorldContext;
  #generation = 0;
  #address: Address;
  #endpoint: Endpoint | undefined;
  #sides: { connection: ConnectionHandle; side: StreamSide; task: DialTask | undefined }[] = [];
  readonly #tasksByAttempt = new Map<DialHandle, DialTask>();
  #timer: ScheduledEvent | undefined;

  constructor(plan: NodePlan, host: string, world: WorldContext) {
    this.plan = plan;
    this.host = host;
    this.#address = this.#addressNow();
    this.#world = world;
    this.connections = new RawConnections(plan.name);
    this.identity = new DeviceIdentity(world.crypto, new Prng(world.seed, "identity", plan.name).bytes(32));
    this.tasks = (plan.dials ?? []).map((dial) => new DialTask(dial));
  }

  /** A host that only dials gets another port each time it boots. */
  get address(): Address {
    return this.#address;
  }

  get isUp(): boolean {
    return this.#endpoint !== undefined;
  }

  get endpoint(): Endpoint | undefined {
    return this.#endpoint;
  }

  get hasLiveSides(): boolean {
    return this.#sides.some(({ side }) => !side.isOver);
  }

  /** Boots, or boots again with nothing remembered but its identity. */
  start(): void {
    this.#generation += 1;
    this.#address = this.#addressNow();
    const { seed, crypto, network, traceOf, keyLog } = this.#world;
    const random = new Prng(seed, "entropy", this.plan.name, String(this.#generation));
    this.#endpoint = new Endpoint({
      crypto,
      random: (length) => random.bytes(length),
      identity: this.identity,
      accept: this.plan.accepts === undefined ? undefined : { authorise: () => true },
      parameters: { ...DEFAULT_TRANSPORT_PARAMETERS, ...this.plan.parameters },
      ...(this.plan.lastPacketNumber === undefined
        ? {}
        : { connectionLimits: { lastPacketNumber: this.plan.lastPacketNumber } }),
      trace: traceOf?.(this.plan.name),
      keyLog,
      congestion: this.#world.congestion,
      createConnection: this.connections.watching(this.#world.connectionFactory(this.plan)),
    });
    network.bind(this.address, (bytes, from) => this.#receive(bytes, from));
    this.step();
  }

  /** Power fails: no word to anybody. */
  crash(): void {
    const nowMs = this.#world.queue.nowMs;
    this.#world.network.unbind(this.address);
    this.#timer?.cancel();
    this.#endpoint = undefined;
    this.connections.clear();
    for (const { side, task } of this.#sides) {
      if (side.record.end !== undefined) continue;
      side.record.end = "CRASHED";
      side.record.endedMs = nowMs;
      task?.onEnd("CRASHED", nowMs);
    }
    this.#sides = [];
    for (const task of this.#tasksByAttempt.values()) task.onEnd("CRASHED", nowMs);
    this.#tasksByAttempt.clear();
    this.#world.note(`${this.plan.name} crashes`);
  }

  /** Does all there is to do now, then arms the timer. */
  step(): void {
    const endpoint = this.#endpoint;
    if (endpoint === undefined) return;
    const nowMs = this.#world.queue.nowMs;
    this.#dialWhatIsDue(endpoint, nowMs);
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const events = endpoint.takeEvents();
      for (const event of events) this.#onEvent(event, nowMs);
      for (const { side } of this.#sides) side.step(nowMs);
      let sent = 0;
      for (let out = endpoint.poll(nowMs); out !== undefined; out = endpoint.poll(nowMs)) {
        this.#world.network.send(out.datagram, this.address, out.to);
        sent += 1;
      }
      if (events.length === 0 && sent === 0) break;
    }
    if (this.#sides.some(({ side }) => side.isOver)) this.#sides = this.#sides.filter(({ side }) => !side.isOver);
    this.#world.onSettled(this);
    this.#arm(endpoint, nowMs);
  }

  #addressNow(): Address {
    const port = this.plan.accepts === undefined ? FIRST_DIALLER_PORT + this.#generation : SERVICE_PORT;
    return { host: this.host, port };
  }

  #receive(bytes: Uint8Array, from: Address): void {
    this.#endpoint?.receive(bytes, from, this.#world.queue.nowMs);
    this.step();
  }

  #arm(endpoint: Endpoint, nowMs: number): void {
    this.#timer?.cancel();
    let atMs = endpoint.nextDeadlineMs() ?? Infinity;
    for (const task of this.tasks) atMs = Math.min(atMs, task.nextDialMs ?? Infinity);
    for (const { side } of this.#sides) atMs = Math.min(atMs, side.nextDeadlineMs(nowMs) ?? Infinity);
    this.#timer = atMs === Infinity ? undefined : this.#world.queue.schedule(atMs, () => this.step());
  }

  #dialWhatIsDue(endpoint: Endpoint, nowMs: number): void {
    for (const task of this.tasks) {
      if (task.nextDialMs === undefined || task.nextDialMs > nowMs) continue;
      const target = this.#world.nodeNamed(task.plan.to);
      const { deviceId, staticPublicKey } = target.identity;
      const attempt = endpoint.dial({ deviceId, staticPublicKey, address: target.address }, {}, nowMs);
      this.#tasksByAttempt.set(attempt, task);
      task.onDialled();
    }
  }

  #onEvent(event: EndpointEvent, nowMs: number): void {
    const name = this.plan.name;
    switch (event.type) {
      case "established":
        this.#world.note(`${name} established ${event.connection.sessionIdHex}`);
        this.#onEstablished(event.connection, event.dial, nowMs);
        break;
      case "dial-failed":
        this.#world.note(`${name} dial failed ${event.end.name}`);
        this.#world.onDialFailure({ node: name, atMs: nowMs, end: event.end.name });
        this.#tasksByAttempt.get(event.dial)?.onEnd(event.end.name, nowMs);
        this.#tasksByAttempt.delete(event.dial);
        break;
      case "closed":
        this.#world.note(`${name} closed ${event.connection.sessionIdHex} ${event.end.name} by ${event.end.by}`);
        this.#onClosed(event.connection, event.end.name, nowMs);
        break;
      case "readable":
      case "writable":
        break;
    }
  }

  #onEstablished(connection: ConnectionHandle, attempt: DialHandle | undefined, nowMs: number): void {
    const task = attempt === undefined ? undefined : this.#tasksByAttempt.get(attempt);
    if (attempt !== undefined) this.#tasksByAttempt.delete(attempt);
    const plan: SidePlan = task?.plan ?? this.plan.accepts ?? { sendBytes: 0 };
    const record: SideRecord = {
      node: this.plan.name,
      session: connection.sessionIdHex,
      role: connection.role,
      establishedMs: nowMs,
      endedMs: undefined,
      end: undefined,
      writtenBytes: 0,
      deliveredBytes: 0,
      isReadFinished: false,
      mebibyteMs: [],
      lastDeliveryMs: nowMs,
      maxCongestionWindowBytes: 0,
      minCongestionWindowBytes: Infinity,
      congestionWindowBytes: 0,
      firstFallMs: undefined,
      hasRecovered: false,
    };
    const side = new StreamSide(connection, plan, record, this.#world.seed, () => this.#world.peerWrittenBytes(record));
    this.#sides.push({ connection, side, task });
    this.#world.onSide(side);
  }

  #onClosed(connection: ConnectionHandle, end: string, nowMs: number): void {
    for (const entry of this.#sides) {
      if (entry.connection !== connection || entry.side.record.end !== undefined) continue;
      entry.side.step(nowMs);
      entry.side.record.end = end;
      entry.side.record.endedMs = nowMs;
      entry.task?.onEnd(end, nowMs);
    }
  }
}
