/** One host with a daemon or a self-test on the runtime in virtual time. */
import {
  type CongestionControllerFactory,
  type ConnectionFactory,
  type CryptoPrimitives,
  DeviceIdentity,
  DISCOVERY_PORT,
  type KeyLog,
  toHex,
} from "../../core/index.ts";
import { Daemon } from "../../dsoftbusd/daemon.ts";
import { EVERY_SERVICE } from "../../services/every-service.ts";
import { runSelftest } from "../../selftest/selftest.ts";
import { PortAllocator } from "../runtime/ports.ts";
import { VirtualClock } from "../runtime/virtual-clock.ts";
import { VirtualConsole } from "../runtime/virtual-console.ts";
import { VirtualEntropy } from "../runtime/virtual-entropy.ts";
import { VirtualUdpSockets } from "../runtime/virtual-udp.ts";
import { Prng } from "../scheduler/prng.ts";
import { RawConnections } from "./raw-connections.ts";
import { SERVICE_PORT } from "./world-node.ts";
import type { BusConfiguration, DiscoveryConfiguration, PeerConfiguration } from "../../../contract/configuration.ts";
import { SERVICE_NAMES } from "../../../contract/service-names.ts";
import type { EntropyStatus, Runtime } from "../../runtime/runtime.ts";
import type { Network } from "../network/network.ts";
import type { ConsoleRecord } from "../runtime/virtual-console.ts";
import type { VirtualTcpNetwork } from "../runtime/virtual-tcp.ts";
import type { BusNodePlan } from "../plan/bus-scenario.ts";
import type { EventQueue } from "../scheduler/event-queue.ts";

const GOOD_ENTROPY: EntropyStatus = { kernelInitialised: true, hardwareSource: "virtio_rng.0" };

export interface BusContext {
  readonly seed: number;
  readonly crypto: CryptoPrimitives;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly tcp: VirtualTcpNetwork;
  readonly nodes: readonly BusNode[];
  readonly keyLog: KeyLog | undefined;
  readonly congestion: CongestionControllerFactory | undefined;
  connectionFactory(node: string): ConnectionFactory;
  print(record: ConsoleRecord): void;
  onSelftest(node: string, hasPassed: boolean): void;
  onRejected(node: string, error: unknown): void;
}

export class BusNode {
  readonly plan: BusNodePlan;
  readonly host: string;
  /** Of udp-sec. */
  readonly connections: RawConnections;
  readonly #world: BusContext;
  readonly #identitySeed: Uint8Array;
  readonly identity: DeviceIdentity;
  readonly #ports = new PortAllocator();
  #clock: VirtualClock | undefined;
  #udp: VirtualUdpSockets | undefined;
  #generation = 0;

  constructor(plan: BusNodePlan, host: string, world: BusContext) {
    this.plan = plan;
    this.host = host;
    this.#world = world;
    this.connections = new RawConnections(plan.name);
    this.#identitySeed = new Prng(world.seed, "identity", plan.name).bytes(32);
    this.identity = new DeviceIdentity(world.crypto, this.#identitySeed.slice());
  }

  start(): void {
    this.#generation += 1;
    this.#world.network.setHostUp(this.host, true);
    const createConnection = this.connections.watching(this.#world.connectionFactory(this.plan.name));
    const { crypto, keyLog, congestion } = this.#world;
    const options = { runtime: this.#makeRuntime(), crypto, keyLog, createConnection, congestion };
    const { name, tests, probes = [] } = this.plan;
    const rejected = (error: unknown): void => this.#world.onRejected(name, error);
    if (tests === undefined) {
      const listen = { host: this.host, port: SERVICE_PORT };
      const base = { ...this.#configuration(), kind: "dsoftbusd", listen, services: SERVICE_NAMES } as const;
      const discovery = this.#discovery();
      const configuration = discovery === undefined ? base : { ...base, discovery };
      Daemon.start({ ...options, services: EVERY_SERVICE, configuration }).catch(rejected);
      return;
    }
    const configuration = { ...this.#configuration(), kind: "selftest", probes, target: tests } as const;
    runSelftest({ ...options, configuration }).then((hasPassed) => this.#world.onSelftest(name, hasPassed), rejected);
  }

  /** Power fails. */
  crash(): void {
    this.#world.network.setHostUp(this.host, false);
    this.#clock?.stop();
    this.#udp?.closeAll();
    this.#world.tcp.loseHost(this.host);
    this.connections.clear();
  }

  #makeRuntime(): Runtime {
    const { queue, network, tcp, seed } = this.#world;
    const { name, entropy = GOOD_ENTROPY } = this.plan;
    this.#clock = new VirtualClock(queue);
    this.#udp = new VirtualUdpSockets(this.host, network, queue, this.#ports);
    return {
      clock: this.#clock,
      entropy: new VirtualEntropy(seed, `${name} ${this.#generation}`, () => {
        const later = this.plan.entropyFromMs;
        return later !== undefined && queue.nowMs >= later.atMs ? later.status : entropy;
      }),
      udp: this.#udp,
      tcp: tcp.socketsOf(this.host, this.#ports),
      console: new VirtualConsole(
        name,
        () => queue.nowMs,
        (record) => this.#world.print(record),
      ),
    };
  }

  #configuration(): BusConfiguration {
    return {
      namespace: "root",
      identitySeed: toHex(this.#identitySeed),
      mode: this.plan.mode ?? "auto",
      udpSecEnabled: this.plan.udpSecEnabled ?? true,
      entropyPolicy: "hardware",
      peers:
        this.plan.discovery?.trust === "trust-on-first-use"
          ? []
          : this.#world.nodes.filter((node) => node !== this).map((node) => node.#asPeerOf(this)),
      allowUnknownPeers: false,
    };
  }

  #discovery(): DiscoveryConfiguration | undefined {
    const { discovery } = this.plan;
    if (discovery === undefined) return undefined;
    const isTold = (node: BusNode): boolean => discovery.announceTo.includes(node.plan.name);
    return {
      bind: { host: this.host, port: DISCOVERY_PORT },
      announceTo: this.#world.nodes.filter(isTold).map(({ host }) => ({ host, port: DISCOVERY_PORT })),
      intervalMs: 1_000,
      timeToLiveMs: 3_500,
      trust: discovery.trust,
    };
  }

  #asPeerOf(other: BusNode): PeerConfiguration {
    return {
      name: this.plan.name,
      deviceId: this.identity.deviceId,
      staticKey: toHex(this.identity.staticPublicKey),
      // Who has discovery isn't told where anybody is.
      ...(other.plan.discovery === undefined ? { host: this.host, port: SERVICE_PORT } : { host: "0.0.0.0", port: 0 }),
      dial: other.plan.dials === this.plan.name,
    };
  }
}
