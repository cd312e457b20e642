/**
 * dsoftbusd: listens, lets the peers of its table in, keeps sessions to those it dials, serves mux streams. Written against
 * `Runtime`, so that it is the same program in virtual time, as a plain process and in a guest.
 */
import { BULK_SERVICE } from "../bus/bulk-transfer.ts";
import { Bus } from "../bus/bus.ts";
import type { BusSession } from "../bus/bus-session.ts";
import { CongestionSampler } from "../bus/congestion-sampler.ts";
import { CONTROL_SERVICE } from "../bus/control-exchange.ts";
import { ECHO_SERVICE, serveEcho } from "../bus/echo.ts";
import { GATE_SERVICE, SINK_SERVICE } from "../bus/gated-sink.ts";
import { keyLogTo } from "../bus/key-log.ts";
import { MIRROR_SERVICE, serveMirror } from "../bus/mirror.ts";
import { type Service, serveSession } from "../bus/services.ts";
import { STATUS_SERVICE, statusService } from "../bus/status.ts";
import type { DaemonConfiguration } from "../contract/configuration.ts";
import { EventKind, GOODBYE_REASON } from "../contract/events.ts";
import type { CryptoPrimitives } from "../core/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { MarkerLog } from "./marker-log.ts";
import { Metrics } from "./metrics.ts";
import { serveBulk } from "./services/bulk.ts";
import { controlService } from "./services/control.ts";
import { GatedSinks } from "./services/gated-sink.ts";
import { SessionKeeper } from "./session-keeper.ts";

/** What a graceful stop waits for open streams. */
const DRAIN_MS = 2_000;

export interface DaemonOptions {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly configuration: DaemonConfiguration;
  readonly keyLog: boolean;
  /** A peer said that it will not come back, and no session is left. */
  readonly onLastGoodbye?: () => void;
}

export class Daemon {
  /** `blocked`: the entropy gate is shut; nothing listens, nothing dials, until a restart. */
  readonly state: "serving" | "blocked";
  /** Listening, UDP and TCP alike; undefined if blocked. */
  readonly port: number | undefined;
  readonly #parts: DaemonParts;

  private constructor(state: "serving" | "blocked", port: number | undefined, parts: DaemonParts) {
    this.state = state;
    this.port = port;
    this.#parts = parts;
  }

  /** @throws BusError BUS_UNAVAILABLE if the mode's sockets can't be had */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const { runtime, configuration } = options;
    const markers = new MarkerLog(runtime.console);
    const bus = makeBus(options, markers);
    const status = (): Promise<Status> => statusOf(options, bus);
    const entropy = bus.entropy();
    if (!entropy.isOpen) {
      markers.rngBlocked();
      runtime.console.event(EventKind.BLOCKED, { reason: entropy.reason });
      return new Daemon("blocked", undefined, { bus, status, keepers: [], metrics: undefined });
    }
    const isFallbackAllowed = configuration.mode === "auto";
    if (isFallbackAllowed && !configuration.udpSecEnabled) markers.disabledFallbackTcp();
    const listening = await bus.listen(configuration.listen);
    if (isFallbackAllowed && !listening.udpSec) markers.disabledFallbackTcp();
    runtime.console.event(EventKind.LISTENING, { ...listening });
    const keepers = configuration.peers
      .filter((peer) => peer.dial)
      .map((peer) => {
        const onVerified = (session: BusSession): void => muxDataVerified(markers, session.transport);
        return new SessionKeeper({ bus, peer, runtime, crypto: options.crypto, onVerified });
      });
    return new Daemon("serving", listening.port, { bus, status, keepers, metrics: new Metrics(bus, runtime) });
  }

  /** What the status service answers, and whether it serves at all. */
  async status(): Promise<Readonly<Record<string, unknown>>> {
    return { state: this.state, port: this.port, ...(await this.#parts.status()) };
  }

  /** Graceful: dials no more, drains, closes every session with CLOSE, gives the sockets back. */
  async stop(): Promise<void> {
    for (const keeper of this.#parts.keepers) keeper.stop();
    this.#parts.metrics?.stop();
    await this.#parts.bus.close(DRAIN_MS);
  }
}

type Status = Readonly<Record<string, unknown>>;

interface DaemonParts {
  readonly bus: Bus;
  readonly status: () => Promise<Status>;
  readonly keepers: readonly SessionKeeper[];
  readonly metrics: Metrics | undefined;
}

function makeBus(options: DaemonOptions, markers: MarkerLog): Bus {
  const { runtime, crypto, configuration } = options;
  const services = makeServices(options, markers, () => bus);
  const bus: Bus = new Bus({
    runtime,
    crypto,
    configuration,
    trace: new CongestionSampler(runtime.console),
    keyLog: options.keyLog ? keyLogTo(runtime.console) : undefined,
    observer: {
      onUdpListening: (port) => markers.listenerUp(port),
      onFallback: (peer) => {
        markers.disabledFallbackTcp();
        runtime.console.event(EventKind.FALLBACK, { peer: peer.name });
      },
      onSession: (session) => {
        if (session.transport === "udp-sec") markers.udpSecSession();
        reportSession(session, options, bus);
        serveSession(session, services, { runtime, crypto });
      },
    },
  });
  return bus;
}

function makeServices(options: DaemonOptions, markers: MarkerLog, bus: () => Bus): ReadonlyMap<string, Service> {
  const sinks = new GatedSinks();
  return new Map<string, Service>([
    [CONTROL_SERVICE, controlService((transport) => muxDataVerified(markers, transport))],
    [BULK_SERVICE, serveBulk],
    [SINK_SERVICE, sinks.serveSink],
    [GATE_SERVICE, sinks.serveGate],
    [ECHO_SERVICE, serveEcho],
    [MIRROR_SERVICE, serveMirror],
    [STATUS_SERVICE, statusService(() => statusOf(options, bus()))],
  ]);
}

/** Everything an operator may ask: what was configured, what the system says, what is held and was counted. */
async function statusOf({ runtime, crypto, configuration }: DaemonOptions, bus: Bus): Promise<Status> {
  return {
    crypto: crypto.name,
    entropyPolicy: configuration.entropyPolicy,
    entropy: runtime.entropy.status(),
    mode: configuration.mode,
    udpSecEnabled: configuration.udpSecEnabled,
    ...(await bus.stats()),
  };
}

function muxDataVerified(markers: MarkerLog, transport: string): void {
  if (transport === "udp-sec") markers.muxDataOk();
}

function reportSession(session: BusSession, options: DaemonOptions, bus: Bus): void {
  const { console } = options.runtime;
  const about = { peer: session.peerDeviceId, transport: session.transport, dialled: session.dialled };
  console.event(EventKind.SESSION_ESTABLISHED, about);
  void session.closed.then((end) => {
    console.event(EventKind.SESSION_CLOSED, { ...about, end });
    const isGoodbye = end.by === "peer" && end.reason === GOODBYE_REASON;
    if (isGoodbye && bus.sessions.size === 0) options.onLastGoodbye?.();
  });
}
