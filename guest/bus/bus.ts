/**
 * What a device has on the bus: it listens, it dials, and either way it gets sessions. Which transport carries a session is
 * decided below (`dialling/transport-choice.ts`); who uses the bus need not know.
 *
 * The order of calls: `new Bus`, then `listen` (or not, for a device that only dials), then `dial` as often as needed; every session,
 * whoever dialled, comes through `BusOptions.observer.onSession`. `close` is the last call.
 */
import type { PeerConfiguration, TransportMode } from "../../contract/configuration.ts";
import {
  DEFAULT_TRANSPORT_PARAMETERS,
  DeviceIdentity,
  EndpointBudget,
  type EndpointOptions,
  type EntropyVerdict,
  type HandshakeRate,
} from "../core/index.ts";
import type { SocketAddress, UdpSocket } from "../runtime/runtime.ts";
import type { BusOptions } from "./bus-options.ts";
import { keyBytes } from "./dialling/key-bytes.ts";
import { numericHost } from "./dialling/numeric-host.ts";
import { PeerDialler } from "./dialling/peer-dialler.ts";
import { PeerTable, type PinOutcome } from "./dialling/peer-table.ts";
import { TransportChoice } from "./dialling/transport-choice.ts";
import { UdpDrivers } from "./dialling/udp-drivers.ts";
import { endpointLimitsOf, handshakeRateOf, tcpAdmissionLimitsOf } from "./drivers/configured-limits.ts";
import { TcpDriver } from "./drivers/tcp-driver.ts";
import { UdpDriver } from "./drivers/udp-driver.ts";
import { type Listening, listenOn } from "./listening.ts";
import type { BusSession } from "./sessions/bus-session.ts";
import { sleep } from "./sessions/deadline.ts";
import { SessionTable } from "./sessions/session-table.ts";

export type { BusOptions } from "./bus-options.ts";

/** How long closed connections may repeat their CLOSE before the sockets go. */
const LINGER_MS = 3_000;
const DRAIN_CHECK_MS = 10;
/** Some 2 KiB of JSON each: the answer of the status service is one message. */
export const MAX_REPORTED_SESSIONS = 128;

export class Bus {
  readonly identity: DeviceIdentity;
  readonly sessions = new SessionTable();
  readonly #options: BusOptions;
  readonly #peers: PeerTable;
  readonly #choice: TransportChoice;
  readonly #tcp: TcpDriver;
  readonly #udp: UdpDrivers;
  readonly #dialler: PeerDialler;
  /** Memory of all sockets and both transports. */
  readonly #budget: EndpointBudget;
  /** Handshakes over all sockets and both transports. */
  readonly #handshakeRate: HandshakeRate;
  /** Why it was closed: then nothing begins any more. */
  #closedBecause: string | undefined;

  constructor(options: BusOptions) {
    const { runtime, crypto, configuration, observer } = options;
    this.#options = options;
    this.#peers = new PeerTable(configuration);
    this.#choice = new TransportChoice(runtime, configuration);
    this.identity = new DeviceIdentity(crypto, keyBytes(configuration.identitySeed));
    const { receiveBudgetBytes, sendBudgetBytes } = endpointLimitsOf(configuration.limits);
    this.#budget = new EndpointBudget(receiveBudgetBytes, sendBudgetBytes);
    this.#handshakeRate = handshakeRateOf(configuration.limits);
    this.#udp = new UdpDrivers({
      runtime,
      serve: (socket, isListening) => this.#serveUdp(socket, isListening),
      onUnavailable: (trouble) => observer.onUdpUnavailable(trouble),
    });
    this.#tcp = new TcpDriver({
      runtime,
      crypto,
      identity: this.identity,
      accept: this.#peers,
      onSession: (session) => this.#addSession(session),
      admissionLimits: tcpAdmissionLimitsOf(configuration.limits),
      budget: this.#budget,
      handshakeRate: this.#handshakeRate,
      keyLog: options.keyLog,
    });
    this.#dialler = new PeerDialler({
      clock: runtime.clock,
      choice: this.#choice,
      udp: this.#udp,
      tcp: this.#tcp,
      isClosed: () => this.#isClosed,
      onFallback: (peer) => observer.onFallback(peer),
    });
  }

  /** Whether keys may be made now. Read from the system each time. */
  entropy(): EntropyVerdict {
    return this.#choice.entropy();
  }

  /**
   * Listens on what the mode allows, on one port number for both transports. Port 0: any that both can have.
   * @param local its host numeric; a wildcard (`0.0.0.0`, `::`) stands for each address that the host has, or gets later
   * @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE, BUS_ADDRESS
   */
  async listen(local: SocketAddress): Promise<Listening> {
    const host = numericHost(local.host, "listen.host", "BUS_ADDRESS");
    const onUdpListening = (port: number): void => this.#options.observer.onUdpListening(port);
    return await listenOn(
      { host, port: local.port },
      { choice: this.#choice, udp: this.#udp, tcp: this.#tcp, onUdpListening },
    );
  }

  /** For a policy of trust on first use alone: the device counts as one of the peer table from now on. */
  pin(deviceId: string, staticKeyHex: string): PinOutcome {
    return this.#peers.pin(deviceId, staticKeyHex);
  }

  /**
   * Dials a peer of the table, over what the selection decides.
   * @param mode overrules the configuration's
   * @param address `announced`: anybody may have named it, so at most two MSG1 leave for it until a MSG2 comes back
   * @throws BusError; an authentication failure never falls back
   */
  dial(
    peer: PeerConfiguration,
    mode: TransportMode = this.#options.configuration.mode,
    address: "configured" | "announced" = "configured",
  ): Promise<BusSession> {
    return this.#dialler.dial(peer, mode, address);
  }

  /** True while `auto` takes tcp for this peer because udp-sec failed lately. */
  isFallbackRemembered(deviceId: string): boolean {
    return this.#dialler.isFallbackRemembered(deviceId);
  }

  /**
   * Graceful: refuses new sessions, lets open streams come to their end for at most `drainMs`, closes what lives with NO_ERROR,
   * lets CLOSE be repeated, gives the sockets back. Idempotent.
   */
  async close(drainMs: number, reason = "shutting down"): Promise<void> {
    if (this.#isClosed) return;
    this.#closedBecause = reason;
    const { clock } = this.#options.runtime;
    this.#tcp.stop();
    this.#udp.stop();
    const drivers = this.#udp.all();
    for (const driver of drivers) driver.stopAccepting();
    const drainedByMs = clock.nowMs() + drainMs;
    while (this.sessions.openStreams > 0 && clock.nowMs() < drainedByMs) await sleep(clock, DRAIN_CHECK_MS);
    for (const session of this.sessions.all()) session.close(0, reason);
    const lingeredByMs = clock.nowMs() + LINGER_MS;
    await Promise.all([...drivers.map((driver) => driver.close(lingeredByMs)), this.#tcp.close(lingeredByMs)]);
    this.identity.wipe();
  }

  stats(): Readonly<Record<string, unknown>> {
    return {
      endpoints: this.#udp.all().map((driver) => driver.stats()),
      ...(Object.keys(this.#udp.unavailable).length === 0 ? {} : { udpUnavailable: this.#udp.unavailable }),
      ...this.#fragmented(),
      tcp: this.#tcp.stats(),
      liveSessions: this.sessions.size,
      sessions: this.sessions
        .all()
        .slice(0, MAX_REPORTED_SESSIONS)
        .map((session) => session.stats()),
      rememberedFallbacks: this.#dialler.rememberedFallbacks,
      pinnedDevices: this.#peers.pinned,
    };
  }

  /** udp-sec promises none; where the platform can't forbid them, at least it is told. */
  #fragmented(): { readonly fragmentedDatagrams?: number } {
    const count = this.#options.runtime.interfaces?.fragmentedDatagrams() ?? 0;
    return count === 0 ? {} : { fragmentedDatagrams: count };
  }

  get #isClosed(): boolean {
    return this.#closedBecause !== undefined;
  }

  #serveUdp(socket: UdpSocket, isListening: boolean): UdpDriver {
    const { runtime, configuration, crypto, trace, createConnection, congestion, keyLog } = this.#options;
    const options: EndpointOptions = {
      crypto,
      random: (length) => runtime.entropy.randomBytes(length),
      identity: this.identity,
      accept: isListening ? this.#peers : undefined,
      parameters: DEFAULT_TRANSPORT_PARAMETERS,
      limits: endpointLimitsOf(configuration.limits),
      budget: this.#budget,
      handshakeRate: this.#handshakeRate,
      trace,
      createConnection,
      congestion,
      keyLog,
    };
    return new UdpDriver(socket, options, runtime.clock, (session) => this.#addSession(session));
  }

  #addSession(session: BusSession): void {
    this.sessions.add(session);
    // Its handshake was under way when the bus was closed.
    if (this.#closedBecause !== undefined) return session.close(0, this.#closedBecause);
    if (session.dialled && session.transport === "udp-sec") {
      this.#dialler.watch(session, this.#options.configuration.mode);
    }
    this.#options.observer.onSession(session);
  }
}
