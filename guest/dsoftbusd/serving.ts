/** What a daemon has while its gate is open: sockets, sessions that it keeps, announcements, metrics. */
import type { Bus } from "../bus/bus.ts";
import type { BusSession } from "../bus/sessions/bus-session.ts";
import type { DaemonConfiguration, PeerConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { type CryptoPrimitives, toHex } from "../core/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { FoundDevices } from "./found-devices.ts";
import type { MarkerLog } from "./marker-log.ts";
import { Metrics } from "./metrics.ts";
import { SessionKeeper } from "./session-keeper.ts";

const LIFE_BYTES = 8;

export interface ServingOptions {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly configuration: DaemonConfiguration;
  readonly bus: Bus;
  readonly markers: MarkerLog;
  /** Their names, as discovery announces them. */
  readonly services: readonly string[];
  /** Bytes were exchanged and checked over a session that this side dialled. */
  readonly onVerified: (session: BusSession) => void;
}

export class Serving {
  /** Listening, UDP and TCP alike. */
  readonly port: number;
  /** Differs in each life of the daemon: so that a peer can tell a restart from a hiccup. */
  readonly #life: string;
  readonly #options: ServingOptions;
  readonly #metrics: Metrics;
  readonly #keepers = new Map<string, SessionKeeper>();
  #found: FoundDevices | undefined;

  private constructor(options: ServingOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.#life = toHex(options.runtime.entropy.randomBytes(LIFE_BYTES));
    this.#metrics = new Metrics(options.bus, options.runtime);
  }

  /** @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE */
  static async start(options: ServingOptions): Promise<Serving> {
    const { bus, configuration, markers, runtime, services } = options;
    const isFallbackAllowed = configuration.mode === "auto";
    if (isFallbackAllowed && !configuration.udpSecEnabled) markers.disabledFallbackTcp();
    const listening = await bus.listen(configuration.listen);
    if (isFallbackAllowed && !listening.udpSec) markers.disabledFallbackTcp();
    runtime.console.event(EventKind.LISTENING, { ...listening, entropy: runtime.entropy.status() });
    const serving = new Serving(options, listening.port);
    try {
      serving.#found = await FoundDevices.start({
        ...{ bus, runtime, configuration, services, port: listening.port },
        onTrusted: (peer) => serving.#keep(peer),
        onLocated: (deviceId) => serving.#keepers.get(deviceId)?.located(),
      });
    } catch (error) {
      serving.stop();
      throw error;
    }
    for (const peer of configuration.peers) if (peer.dial) serving.#keep(peer);
    return serving;
  }

  status(): Readonly<Record<string, unknown>> {
    return {
      port: this.port,
      life: this.#life,
      keeping: this.#keepers.size,
      discovery: this.#found?.status() ?? "off",
    };
  }

  /** Dials no more and announces no more; sessions are left to the bus. */
  stop(): void {
    for (const keeper of this.#keepers.values()) keeper.stop();
    this.#found?.stop();
    this.#metrics.stop();
  }

  #keep(peer: PeerConfiguration): void {
    const { bus, runtime, crypto, onVerified } = this.#options;
    const locate = () => (this.#found === undefined ? { ...peer, isAnnounced: false } : this.#found.locate(peer));
    this.#keepers.set(peer.deviceId, new SessionKeeper({ bus, peer, locate, runtime, crypto, onVerified }));
  }
}
