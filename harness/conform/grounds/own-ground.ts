/** The project's own daemons on loopback: what `--self` tries. */
import { randomBytes } from "node:crypto";
import type { DaemonConfiguration, PeerConfiguration, TransportMode } from "../../../contract/configuration.ts";
import { freePort } from "../../host/free-port.ts";
import { hex } from "../../observer/crypto/bytes.ts";
import { type Device, deviceOfSeed } from "../../observer/crypto/device.ts";
import { DialledPlace } from "../stage/dialled-place.ts";
import type { Diallers, Ground, Lane } from "../stage/ground.ts";
import { OwnAgent } from "./own-agent.ts";
import { addressesTowards } from "./own-addresses.ts";

const LOOPBACK = "127.0.0.1";
/** Each with sessions of several devices at a time: what one case does must not slow those of another daemon. */
const SHARED_DAEMONS = 3;
const LANES_PER_DAEMON = 4;
/** It is started for the cases, and dials at once. */
const DIAL_PATIENCE_MS = 60_000;
const MODES: readonly TransportMode[] = ["auto", "udp-sec", "tcp"];
const SERVICES = ["control", "status", "echo", "bulk", "sink", "gate", "mirror"] as const;

/** `small`: for a few cases. */
export type GroundSize = "large" | "small";

interface PlannedDaemon {
  readonly device: Device;
  readonly suite: readonly Device[];
  readonly port: number;
}

/** @param agent its bundle: the product's own, or a broken copy @throws HarnessError `conform-target-gone` */
export async function ownGround(agent: string, patienceMs: number, size: GroundSize = "large"): Promise<Ground> {
  const plans: PlannedDaemon[] = [];
  const sharedDaemons = size === "large" ? SHARED_DAEMONS : 1;
  for (let index = 0; index <= sharedDaemons; index += 1) {
    const lanes = index === 0 ? 1 : LANES_PER_DAEMON;
    plans.push({ device: fresh(), suite: Array.from({ length: lanes }, fresh), port: await freePort() });
  }
  const listening = await OwnAgent.start(agent, plans.map(listenerOf));
  const diallers = new OwnDiallers(agent, patienceMs);
  const [alone = [], ...shared] = plans.map(lanesOf);
  return {
    lanes: shared.flat(),
    alone: alone[0],
    diallers,
    get gone() {
      return listening.gone ?? diallers.gone;
    },
    end: async () => void (await Promise.all([listening.end(), diallers.end()])),
  };
}

/** A daemon for each mode, and for each case a device that it dials. */
class OwnDiallers implements Diallers {
  readonly isTogether = true;
  readonly hint = "The suite has started it: what it told on standard error may say why it doesn't dial.";
  readonly #agent: string;
  readonly #patienceMs: number;
  readonly #devices = new Map(MODES.map((mode) => [mode, fresh()]));
  /** Of the places that nobody has been told of yet. */
  #peers = new Map<TransportMode, PeerConfiguration[]>();
  readonly #places: DialledPlace[] = [];
  readonly #running: OwnAgent[] = [];

  constructor(agent: string, patienceMs: number) {
    this.#agent = agent;
    this.#patienceMs = patienceMs;
  }

  get gone(): OwnAgent["gone"] {
    return this.#running.find(({ gone }) => gone !== undefined)?.gone;
  }

  async laneOf({ mode }: { readonly mode: TransportMode }): ReturnType<Diallers["laneOf"]> {
    const self = fresh();
    const at = await DialledPlace.open({ address: LOOPBACK, port: await freePort() }, self, this.#patienceMs);
    this.#places.push(at);
    const peer = { ...peerOf(self, this.#places.length), port: at.place.port, dial: true };
    this.#peers.set(mode, [...(this.#peers.get(mode) ?? []), peer]);
    const targetId = this.#devices.get(mode)?.deviceId ?? "";
    return { at, targetId, stranger: fresh(), mode, dialPatienceMs: DIAL_PATIENCE_MS };
  }

  async start(): Promise<void> {
    const daemons: DaemonConfiguration[] = [];
    for (const [mode, peers] of this.#peers) {
      const device = this.#devices.get(mode) ?? fresh();
      daemons.push({ ...daemonOf(device, await freePort()), mode, peers });
    }
    this.#peers = new Map();
    if (daemons.length > 0) this.#running.push(await OwnAgent.start(this.#agent, daemons));
  }

  async end(): Promise<void> {
    await Promise.all(this.#running.map((agent) => agent.end()));
    for (const place of this.#places) place.end();
  }
}

function fresh(): Device {
  return deviceOfSeed(Uint8Array.from(randomBytes(32)));
}

function lanesOf({ device, suite, port }: PlannedDaemon): readonly Lane[] {
  const { deviceId, staticPublicKey } = device;
  const target = { deviceId, staticPublicKey, place: { address: LOOPBACK, port } };
  const addresses = addressesTowards(LOOPBACK);
  return suite.map((self) => ({ target, self, stranger: fresh(), addresses }));
}

function listenerOf({ device, suite, port }: PlannedDaemon): DaemonConfiguration {
  return { ...daemonOf(device, port), peers: suite.map(peerOf) };
}

function daemonOf(device: Device, port: number): DaemonConfiguration {
  return {
    kind: "dsoftbusd",
    namespace: "root",
    identitySeed: hex(device.seed),
    mode: "auto",
    udpSecEnabled: true,
    entropyPolicy: "kernel",
    peers: [],
    allowUnknownPeers: false,
    listen: { host: LOOPBACK, port },
    services: [...SERVICES],
  };
}

function peerOf({ deviceId, staticPublicKey }: Device, index: number): PeerConfiguration {
  return {
    name: `suite-${index + 1}`,
    deviceId,
    staticKey: hex(staticPublicKey),
    host: LOOPBACK,
    port: 1,
    dial: false,
  };
}
