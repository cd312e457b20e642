/**
 * dsoftbusd: listens, lets the peers of its table in, keeps sessions to those it dials, serves mux streams. Written against
 * `Runtime`, so that it is the same program in virtual time, as a plain process and in a guest.
 */
import { Bus, type BusOptions } from "../bus/bus.ts";
import { BusError } from "../bus/sessions/bus-error.ts";
import type { BusSession } from "../bus/sessions/bus-session.ts";
import { traceTo } from "../bus/drivers/trace-to.ts";
import type { DaemonConfiguration } from "../../contract/configuration.ts";
import { EventKind } from "../../contract/events.ts";
import { PRODUCT_SERVICE_NAMES, type ServiceName } from "../../contract/service-names.ts";
import type { CryptoPrimitives } from "../core/index.ts";
import type { Console, Runtime, Timer } from "../runtime/runtime.ts";
import { chooseServices } from "../services/serving/choose-services.ts";
import { serveSession } from "../services/serving/serve-session.ts";
import type { Service, ServiceRegistry } from "../services/serving/service.ts";
import { MarkerLog } from "./marker-log.ts";
import { Serving } from "./serving.ts";

/** What a graceful stop waits for open streams. */
const DRAIN_MS = 2_000;

/** How often a daemon behind a shut gate looks at the system's entropy again. */
export const GATE_RECHECK_MS = 1_000;

type Status = Readonly<Record<string, unknown>>;

export interface DaemonOptions {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly configuration: DaemonConfiguration;
  /** As in `BusOptions`. */
  readonly keyLog?: BusOptions["keyLog"];
  /** As in `BusOptions`; the event port has samples of it in any case. */
  readonly trace?: BusOptions["trace"];
  /** What this program carries; the configuration chooses among them. */
  readonly services: ServiceRegistry;
  /** As in `BusOptions`. */
  readonly createConnection?: BusOptions["createConnection"];
  /** As in `BusOptions`. */
  readonly congestion?: BusOptions["congestion"];
  /** A peer of `endsAfter` ended its session in order, and no session is left. */
  readonly onLastGoodbye?: () => void;
}

export class Daemon {
  /** Resolves, never rejects, if a daemon that was blocked cannot serve when its gate opens: the process should end. */
  readonly failed: Promise<BusError>;
  readonly #options: DaemonOptions;
  readonly #markers: MarkerLog;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #bus: Bus;
  #fail: (error: BusError) => void = () => undefined;
  #serving: Serving | undefined;
  #recheck: Timer | undefined;
  #reopening: Promise<void> | undefined;

  private constructor(options: DaemonOptions) {
    this.#options = options;
    this.#markers = new MarkerLog(options.runtime.console);
    this.#services = chooseServices(options.services, namesOf(options.configuration), {
      onVerified: (session) => reportVerified(this.#markers, session),
      status: () => this.status(),
    });
    this.#bus = makeBus(options, this.#markers, this.#services);
    this.failed = new Promise((resolve) => (this.#fail = resolve));
  }

  /** @throws BusError BUS_UNAVAILABLE if a socket that the configuration demands can't be had */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    const entropy = daemon.#bus.entropy();
    if (entropy.isOpen) {
      await daemon.#serve();
      return daemon;
    }
    daemon.#markers.rngBlocked();
    options.runtime.console.event(EventKind.BLOCKED, {
      reason: entropy.reason,
      entropy: options.runtime.entropy.status(),
    });
    daemon.#lookAgainLater();
    return daemon;
  }

  /** `blocked`: the entropy gate is shut; nothing listens, nothing dials. Looked at again every second. */
  get state(): "serving" | "blocked" {
    return this.#serving === undefined ? "blocked" : "serving";
  }

  /** Listening, UDP and TCP alike; undefined if blocked. */
  get port(): number | undefined {
    return this.#serving?.port;
  }

  /** What the status service answers: what was configured, what the system says, what is held and was counted. */
  async status(): Promise<Status> {
    const { runtime, crypto, configuration, keyLog } = this.#options;
    return {
      state: this.state,
      crypto: crypto.name,
      entropyPolicy: configuration.entropyPolicy,
      entropy: runtime.entropy.status(),
      mode: configuration.mode,
      udpSecEnabled: configuration.udpSecEnabled,
      allowUnknownPeers: configuration.allowUnknownPeers,
      services: [...this.#services.keys()],
      ...(keyLog === undefined ? {} : { keyLog: true }),
      ...(isSomethingDropped(runtime.console) ? { dropped: runtime.console.dropped } : {}),
      ...this.#serving?.status(),
      ...this.#bus.stats(),
    };
  }

  /** Graceful: dials no more, drains, closes every session with CLOSE, gives the sockets back. */
  async stop(): Promise<void> {
    this.#recheck?.cancel();
    await this.#reopening;
    this.#serving?.stop();
    await this.#bus.close(DRAIN_MS);
  }

  /** @throws BusError, with every socket given back */
  async #serve(): Promise<void> {
    const { runtime, crypto, configuration } = this.#options;
    try {
      this.#serving = await Serving.start({
        ...{ runtime, crypto, configuration, bus: this.#bus, markers: this.#markers },
        services: [...this.#services.keys()],
        onVerified: (session) => reportVerified(this.#markers, session),
      });
    } catch (error) {
      await this.#bus.close(0);
      throw error;
    }
  }

  /** An operator who attaches the missing hardware source need not restart anything. */
  #lookAgainLater(): void {
    const { clock } = this.#options.runtime;
    this.#recheck = clock.setTimer(clock.nowMs() + GATE_RECHECK_MS, () => {
      if (this.#bus.entropy().isOpen) this.#reopening = this.#reopen();
      else this.#lookAgainLater();
    });
  }

  async #reopen(): Promise<void> {
    this.#options.runtime.console.event(EventKind.UNBLOCKED, {});
    try {
      await this.#serve();
    } catch (error) {
      if (!(error instanceof BusError)) throw error;
      this.#fail(error);
    }
  }
}

function makeBus(options: DaemonOptions, markers: MarkerLog, services: ReadonlyMap<string, Service>): Bus {
  const { runtime, crypto, configuration } = options;
  const awaited = devicesAwaited(configuration);
  const bus: Bus = new Bus({
    runtime,
    crypto,
    configuration,
    trace: traceTo(runtime.console, options.trace),
    createConnection: options.createConnection,
    congestion: options.congestion,
    keyLog: options.keyLog,
    observer: {
      onUdpListening: (port) => markers.listenerUp(port),
      onUdpUnavailable: (trouble) => runtime.console.event(EventKind.UDP_UNAVAILABLE, { ...trouble }),
      onFallback: (peer) => {
        markers.disabledFallbackTcp();
        runtime.console.event(EventKind.FALLBACK, { peer: peer.name });
      },
      onSession: (session) => {
        if (session.transport === "udp-sec") markers.udpSecSession();
        reportSession(session, options, bus, awaited);
        serveSession(session, services, { runtime, crypto });
      },
    },
  });
  return bus;
}

function namesOf({ services }: DaemonConfiguration): readonly ServiceName[] {
  return services ?? PRODUCT_SERVICE_NAMES;
}

/** The marker speaks of udp-sec. */
function reportVerified(markers: MarkerLog, { transport }: BusSession): void {
  if (transport === "udp-sec") markers.muxDataOk();
}

function isSomethingDropped({ dropped }: Console): boolean {
  return dropped !== undefined && dropped.events + dropped.lines > 0;
}

/** The devices of the peers that `endsAfter` names. */
function devicesAwaited({ peers, endsAfter = [] }: DaemonConfiguration): ReadonlySet<string> {
  return new Set(peers.filter(({ name }) => endsAfter.includes(name)).map(({ deviceId }) => deviceId));
}

function reportSession(session: BusSession, options: DaemonOptions, bus: Bus, awaited: ReadonlySet<string>): void {
  const { console } = options.runtime;
  const about = { peer: session.peerDeviceId, transport: session.transport, dialled: session.dialled };
  console.event(EventKind.SESSION_ESTABLISHED, about);
  void session.closed.then((end) => {
    console.event(EventKind.SESSION_CLOSED, { ...about, end });
    const isInOrder = end.by === "peer" && end.name === "NO_ERROR";
    if (isInOrder && awaited.has(session.peerDeviceId) && bus.sessions.size === 0) options.onLastGoodbye?.();
  });
}
