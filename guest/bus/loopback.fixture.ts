/** Two devices on loopback, on the real runtime, for tests. */
import type { BusConfiguration, PeerConfiguration, TransportMode } from "../../contract/configuration.ts";
import { DeviceIdentity, fromHex, toHex } from "../core/index.ts";
import { NodeClock } from "../node/clock.ts";
import { nativeCrypto } from "../node/crypto/native.ts";
import { createNodeRuntime } from "../node/node-runtime.ts";
import type { Console, EntropyStatus, Runtime } from "../runtime/runtime.ts";
import { Bus } from "./bus.ts";
import type { UdpTrouble } from "./dialling/udp-troubles.ts";
import type { BusSession } from "./sessions/bus-session.ts";

export const LOOPBACK = "127.0.0.1";
export const crypto = nativeCrypto;

export interface Recorded {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Keeps what a process would have printed. */
export class RecordingConsole implements Console {
  readonly markers: string[] = [];
  readonly events: Recorded[] = [];

  marker(text: string): void {
    this.markers.push(text);
  }

  event(kind: string, data: Readonly<Record<string, unknown>>): void {
    this.events.push({ kind, data });
  }

  of(kind: string): readonly Readonly<Record<string, unknown>>[] {
    return this.events.filter((event) => event.kind === kind).map((event) => event.data);
  }
}

export const GOOD_ENTROPY: EntropyStatus = { kernelInitialised: true, hardwareSource: "virtio_rng.0" };

export function testRuntime(console: Console = new RecordingConsole(), entropy = GOOD_ENTROPY): Runtime {
  const runtime = createNodeRuntime(console, new NodeClock());
  const randomBytes = (length: number): Uint8Array => runtime.entropy.randomBytes(length);
  return { ...runtime, entropy: { randomBytes, status: () => entropy } };
}

export function seedOf(name: string): string {
  return toHex(crypto.sha256(new TextEncoder().encode(name)));
}

export function peerOf(name: string, port: number): PeerConfiguration {
  const identity = new DeviceIdentity(crypto, fromHex(seedOf(name)) ?? new Uint8Array(0));
  const { deviceId, staticPublicKey } = identity;
  return { name, deviceId, staticKey: toHex(staticPublicKey), host: LOOPBACK, port, dial: false };
}

export function busConfiguration(name: string, overrides: Partial<BusConfiguration> = {}): BusConfiguration {
  return {
    namespace: "root",
    identitySeed: seedOf(name),
    mode: "auto",
    udpSecEnabled: true,
    entropyPolicy: "hardware",
    peers: [],
    allowUnknownPeers: false,
    ...overrides,
  };
}

export interface TestBus {
  readonly bus: Bus;
  readonly sessions: BusSession[];
  readonly fallbacks: string[];
  /** `CONCERNED CODE`: an interface, an address or a family. */
  readonly unavailable: string[];
}

export function makeBus(
  configuration: BusConfiguration,
  runtime = testRuntime(),
  onSession: (session: BusSession) => void = () => undefined,
): TestBus {
  const sessions: BusSession[] = [];
  const fallbacks: string[] = [];
  const unavailable: string[] = [];
  const observer = {
    onSession: (session: BusSession) => {
      sessions.push(session);
      onSession(session);
    },
    onFallback: (peer: PeerConfiguration) => void fallbacks.push(peer.name),
    onUdpListening: () => undefined,
    onUdpUnavailable: ({ family, code, host, ...over }: UdpTrouble) =>
      void unavailable.push(`${over.interface ?? host ?? family} ${code}`),
  };
  return { bus: new Bus({ runtime, crypto, configuration, observer }), sessions, fallbacks, unavailable };
}

export interface Pair {
  readonly listener: TestBus;
  readonly dialler: TestBus;
  /** The listener, as the dialler's peer table has it. */
  readonly target: PeerConfiguration;
  close(): Promise<void>;
}

/** A listener that knows the dialler. */
export async function makePair(
  mode: TransportMode,
  onAccepted: (session: BusSession) => void = () => undefined,
  overrides: { readonly listener?: Partial<BusConfiguration>; readonly dialler?: Partial<BusConfiguration> } = {},
): Promise<Pair> {
  const knowsDialler = { peers: [peerOf("dialler", 0)] };
  const listener = makeBus(
    busConfiguration("listener", { ...knowsDialler, ...overrides.listener }),
    undefined,
    onAccepted,
  );
  const { port } = await listener.bus.listen({ host: LOOPBACK, port: 0 });
  const dialler = makeBus(busConfiguration("dialler", { mode, ...overrides.dialler }));
  return {
    listener,
    dialler,
    target: peerOf("listener", port),
    close: async () => {
      await dialler.bus.close(0);
      await listener.bus.close(0);
    },
  };
}
