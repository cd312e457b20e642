/**
 * What a device has on the bus: it listens, it dials, and either way it gets sessions. Which transport carries a session is
 * decided here (dsoftbus-transport.md#11-selection-policy); who uses it need not know.
 */
import type { BusConfiguration, PeerConfiguration, TransportMode } from "../../contract/configuration.ts";
import {
  type CryptoPrimitives,
  decide,
  decideAfterFailure,
  decideListen,
  DEFAULT_TRANSPORT_PARAMETERS,
  DeviceIdentity,
  type DialTarget,
  EndpointBudget,
  type EndpointOptions,
  type EntropyVerdict,
  FALLBACK_DEADLINE_MS,
  FallbackMemory,
  fromHex,
  HANDSHAKE_DEADLINE_MS,
  isEndRemembered,
  judgeEntropy,
  type TraceSink,
  type UdpSecAvailability,
} from "../core/index.ts";
import { type Runtime, type SocketAddress, SocketError, type UdpSocket } from "../runtime/runtime.ts";
import { BusError } from "./sessions/bus-error.ts";
import type { BusSession } from "./sessions/bus-session.ts";
import { sleep } from "./sessions/deadline.ts";
import { DialFailure } from "./drivers/udp-sec-dial-error.ts";
import { endpointLimitsOf, tcpAdmissionLimitsOf } from "./drivers/configured-limits.ts";
import { type AddressFamily, UdpDrivers } from "./dialling/udp-drivers.ts";
import { PeerTable, type PinOutcome } from "./dialling/peer-table.ts";
import { SessionTable } from "./sessions/session-table.ts";
import { TcpDriver } from "./drivers/tcp-driver.ts";
import { UdpDriver } from "./drivers/udp-driver.ts";

/** dsoftbus-transport.md#10-tcp-transport. */
export const TCP_DIAL_DEADLINE_MS = 5_000;
/** One may be lost; more would make the daemon an amplifier of whoever announces forged addresses. */
const MSG1_TO_ANNOUNCED = 2;
/** How long closed connections may repeat their CLOSE before the sockets go. */
const LINGER_MS = 3_000;
const DRAIN_CHECK_MS = 10;
/** Some 2 KiB of JSON each: the answer of the status service is one message. */
export const MAX_REPORTED_SESSIONS = 128;
/** Port 0: how often another port is tried when the one that UDP got is taken for TCP. */
const PORT_ATTEMPTS = 8;

export interface BusObserver {
  /** Called synchronously for every session, before anything that lets the peer go on has left. */
  onSession(session: BusSession): void;
  /** The UDP socket is bound: called synchronously before it can receive anything. */
  onUdpListening(port: number): void;
  /**
   * The UDP socket of an address family can't be had: with `auto`, its peers are dialled over tcp until it can. Called once until it
   * was had in between.
   */
  onUdpUnavailable(family: AddressFamily, code: string): void;
  /** udp-sec was given up for this peer: called synchronously before tcp is tried. */
  onFallback(peer: PeerConfiguration): void;
}

export interface BusOptions {
  readonly runtime: Runtime;
  readonly crypto: CryptoPrimitives;
  readonly configuration: BusConfiguration;
  readonly observer: BusObserver;
  readonly trace?: TraceSink | undefined;
  /** Makes the connections of udp-sec, `Connection` if undefined: so that checkers can look at each of them. */
  readonly createConnection?: EndpointOptions["createConnection"];
  /** Congestion control of each udp-sec connection; NewReno if undefined. */
  readonly congestion?: EndpointOptions["congestion"];
  /** Test only: receives the keys of each connection: of udp-sec under its session id, of tcp under its handshake hash. */
  readonly keyLog?: EndpointOptions["keyLog"];
}

/** What was bound. */
export interface Listening {
  readonly port: number;
  readonly udpSec: boolean;
  readonly tcp: boolean;
}

export class Bus {
  readonly identity: DeviceIdentity;
  readonly sessions = new SessionTable();
  readonly #options: BusOptions;
  readonly #peers: PeerTable;
  readonly #tcp: TcpDriver;
  /** Of all sockets and both transports. */
  readonly #budget: EndpointBudget;
  readonly #fallbackMemory = new FallbackMemory();
  readonly #udp: UdpDrivers;
  /** Why it was closed: then nothing begins any more. */
  #closedBecause: string | undefined;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#peers = new PeerTable(options.configuration);
    this.identity = new DeviceIdentity(options.crypto, hexBytes(options.configuration.identitySeed));
    const { receiveBudgetBytes, sendBudgetBytes } = endpointLimitsOf(options.configuration.limits);
    this.#budget = new EndpointBudget(receiveBudgetBytes, sendBudgetBytes);
    this.#udp = new UdpDrivers({
      runtime: options.runtime,
      serve: (socket, isListening) => this.#serveUdp(socket, isListening),
      onUnavailable: (family, code) => options.observer.onUdpUnavailable(family, code),
    });
    this.#tcp = new TcpDriver({
      runtime: options.runtime,
      crypto: options.crypto,
      identity: this.identity,
      accept: this.#peers,
      onSession: (session) => this.#addSession(session),
      admissionLimits: tcpAdmissionLimitsOf(options.configuration.limits),
      budget: this.#budget,
      keyLog: options.keyLog,
    });
  }

  /** Read from the system each time. */
  entropy(): EntropyVerdict {
    return judgeEntropy(this.#options.runtime.entropy.status(), this.#options.configuration.entropyPolicy);
  }

  /**
   * Listens on what the mode allows, on one port number for both transports. Port 0: any that both can have.
   * @throws BusError BUS_ENTROPY, BUS_UNAVAILABLE
   */
  async listen(local: SocketAddress): Promise<Listening> {
    for (let attempt = 1; ; attempt += 1) {
      const udp = this.#decideListen(this.#udpSec).udpSec ? await this.#udp.bind(local) : undefined;
      // If the UDP socket can't be had, the mode says whether tcp alone will do.
      const decision = this.#decideListen(this.#udpSecOver(udp));
      const port = udp?.local.port ?? local.port;
      try {
        const tcpPort = decision.tcp ? await this.#listenTcp({ host: local.host, port }) : undefined;
        if (udp !== undefined) this.#udp.serve(udp, true);
        return { port: tcpPort ?? port, udpSec: udp !== undefined, tcp: decision.tcp };
      } catch (error) {
        udp?.close();
        const isTaken = error instanceof BusError && error.detail === "EADDRINUSE";
        if (!isTaken || local.port !== 0 || attempt === PORT_ATTEMPTS) throw error;
      }
    }
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
  async dial(
    peer: PeerConfiguration,
    mode: TransportMode = this.#options.configuration.mode,
    address: "configured" | "announced" = "configured",
  ): Promise<BusSession> {
    this.#throwIfClosed();
    try {
      const session = await this.#dial(peer, mode, address === "announced" ? MSG1_TO_ANNOUNCED : undefined);
      this.#throwIfClosed();
      return session;
    } catch (error) {
      // However a dial ended that the closing cut short: that is why.
      if (error instanceof BusError) this.#throwIfClosed(error);
      throw error;
    }
  }

  /** True while `auto` takes tcp for this peer because udp-sec failed lately. */
  isFallbackRemembered(deviceId: string): boolean {
    return this.#fallbackMemory.isRemembered(deviceId, this.#options.runtime.clock.nowMs());
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
      tcp: this.#tcp.stats(),
      liveSessions: this.sessions.size,
      sessions: this.sessions
        .all()
        .slice(0, MAX_REPORTED_SESSIONS)
        .map((session) => session.stats()),
      rememberedFallbacks: this.#fallbackMemory.size,
      pinnedDevices: this.#peers.pinned,
    };
  }

  get #isClosed(): boolean {
    return this.#closedBecause !== undefined;
  }

  #throwIfClosed(cause?: BusError): void {
    if (this.#isClosed) throw new BusError("BUS_CLOSED", "the bus is closed", cause?.code, { cause });
  }

  async #dial(peer: PeerConfiguration, mode: TransportMode, msg1Copies: number | undefined): Promise<BusSession> {
    const nowMs = this.#options.runtime.clock.nowMs();
    const target = dialTarget(peer);
    const isEnabled = this.#udpSec === "available";
    const udp = isEnabled ? await this.#udp.dialling(peer.host, () => this.#isClosed) : undefined;
    this.#throwIfClosed();
    const decision = decide({
      mode,
      udpSec: this.#udpSecOver(udp),
      entropy: this.entropy(),
      remembered: this.#fallbackMemory.isRemembered(peer.deviceId, nowMs),
    });
    if (decision.kind === "refuse") throw entropyError(decision.reason);
    if (decision.kind === "error" || (decision.transport === "udp-sec" && udp === undefined)) {
      throw new BusError("BUS_UNAVAILABLE", "udp-sec is demanded but cannot be had", "udp-sec");
    }
    if (decision.transport === "tcp" || udp === undefined) {
      // For want of a socket, not because somebody chose tcp: whoever reads the events must know.
      if (isEnabled && udp === undefined && mode === "auto") this.#options.observer.onFallback(peer);
      return await this.#dialTcp(target);
    }
    try {
      const deadlineMs = nowMs + (decision.mayFallBack ? FALLBACK_DEADLINE_MS : HANDSHAKE_DEADLINE_MS);
      const session = await udp.dial(target, { deadlineMs, msg1Copies });
      this.#fallbackMemory.forget(peer.deviceId);
      return session;
    } catch (error) {
      return await this.#afterUdpFailure(peer, mode, error);
    }
  }

  #decideListen(udpSec: UdpSecAvailability): { readonly udpSec: boolean; readonly tcp: boolean } {
    const decision = decideListen({
      mode: this.#options.configuration.mode,
      udpSec,
      entropy: this.entropy(),
    });
    if (decision.kind === "refuse") throw entropyError(decision.reason);
    if (decision.kind === "error")
      throw new BusError("BUS_UNAVAILABLE", "udp-sec is demanded but cannot be had", decision.code);
    return decision;
  }

  /** What the configuration says, as long as no socket is missing. */
  get #udpSec(): UdpSecAvailability {
    return this.#options.configuration.udpSecEnabled ? "available" : "disabled";
  }

  #udpSecOver(socket: UdpDriver | UdpSocket | undefined): UdpSecAvailability {
    return this.#udpSec === "available" && socket === undefined ? "socket-unavailable" : this.#udpSec;
  }

  #serveUdp(socket: UdpSocket, isListening: boolean): UdpDriver {
    const { runtime, configuration } = this.#options;
    const options: EndpointOptions = {
      crypto: this.#options.crypto,
      random: (length) => runtime.entropy.randomBytes(length),
      identity: this.identity,
      accept: isListening ? this.#peers : undefined,
      parameters: DEFAULT_TRANSPORT_PARAMETERS,
      limits: endpointLimitsOf(configuration.limits),
      budget: this.#budget,
      trace: this.#options.trace,
      createConnection: this.#options.createConnection,
      congestion: this.#options.congestion,
      keyLog: this.#options.keyLog,
    };
    if (isListening) this.#options.observer.onUdpListening(socket.local.port);
    return new UdpDriver(socket, options, runtime.clock, (session) => this.#addSession(session));
  }

  async #listenTcp(local: SocketAddress): Promise<number> {
    try {
      return await this.#tcp.listen(local);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      throw new BusError("BUS_UNAVAILABLE", error.message, error.code, { cause: error });
    }
  }

  async #dialTcp(target: DialTarget): Promise<BusSession> {
    return await this.#tcp.dial(target, this.#options.runtime.clock.nowMs() + TCP_DIAL_DEADLINE_MS);
  }

  async #afterUdpFailure(peer: PeerConfiguration, mode: TransportMode, error: unknown): Promise<BusSession> {
    // Given up by `close`, it says nothing about udp-sec.
    if (!(error instanceof DialFailure) || mode === "tcp" || this.#isClosed) throw error;
    const next = decideAfterFailure(mode, error.failure);
    if (next.kind === "error") throw error;
    this.#fallbackMemory.remember(peer.deviceId, this.#options.runtime.clock.nowMs());
    this.#options.observer.onFallback(peer);
    return await this.#dialTcp(dialTarget(peer));
  }

  #addSession(session: BusSession): void {
    this.sessions.add(session);
    // Its handshake was under way when the bus was closed.
    if (this.#closedBecause !== undefined) return session.close(0, this.#closedBecause);
    if (session.dialled && session.transport === "udp-sec") {
      void session.closed.then((end) => {
        if (!isEndRemembered(this.#options.configuration.mode, end.name)) return;
        this.#fallbackMemory.remember(session.peerDeviceId, this.#options.runtime.clock.nowMs());
      });
    }
    this.#options.observer.onSession(session);
  }
}

function dialTarget(peer: PeerConfiguration): DialTarget {
  return {
    deviceId: peer.deviceId,
    staticPublicKey: hexBytes(peer.staticKey),
    address: { host: peer.host, port: peer.port },
  };
}

function entropyError(reason: string): BusError {
  return new BusError("BUS_ENTROPY", `the entropy gate is shut: ${reason}`, reason);
}

/** The configuration was checked: anything else here is a bug of the caller. */
function hexBytes(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new BusError("BUS_UNAVAILABLE", "a key of the configuration is not hex", "hex");
  return bytes;
}
