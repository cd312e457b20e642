import type { BusConfiguration, PeerConfiguration } from "../../contract/configuration.ts";
import type { CryptoPrimitives, EndpointOptions, TraceSink } from "../core/index.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { UdpTrouble } from "./dialling/udp-troubles.ts";
import type { BusSession } from "./sessions/bus-session.ts";

/** What a bus tells whoever made it. Each method is called synchronously and must not throw. */
export interface BusObserver {
  /** A session exists, dialled or accepted. Called before any datagram leaves that would let the peer go on. */
  onSession(session: BusSession): void;
  /** The UDP sockets to listen with are bound. Called once, before they can receive anything. */
  onUdpListening(port: number): void;
  /**
   * udp-sec can't be had for an address family, an address to listen at, or over an interface: with `auto`, peers there are dialled over
   * tcp until it can. Called again for the same one only after it was had in between.
   */
  onUdpUnavailable(trouble: UdpTrouble): void;
  /** udp-sec was given up for this peer. Called before tcp is tried. */
  onFallback(peer: PeerConfiguration): void;
}

/** What a bus is made from. Limits in numbers are in `configuration.limits`, each with its default where it is kept. */
export interface BusOptions {
  /** Clock, sockets and entropy: virtual in the simulator, Node's everywhere else. */
  readonly runtime: Runtime;
  /** The primitives: native ones are faster, the portable ones run anywhere. Both give the same bytes. */
  readonly crypto: CryptoPrimitives;
  /** This device's key, its peers, the transport mode and the limits. It must have been checked. */
  readonly configuration: BusConfiguration;
  readonly observer: BusObserver;
  /** Receives every trace event of the core, as qlog names them. Default: none, which costs nothing. */
  readonly trace?: TraceSink | undefined;
  /** Makes each connection of udp-sec. Default: `Connection`. Checkers hand in one that they can look into. */
  readonly createConnection?: EndpointOptions["createConnection"];
  /** Makes the congestion control of each udp-sec connection. Default: `newReno`. */
  readonly congestion?: EndpointOptions["congestion"];
  /**
   * Receives the secrets of each handshake and the keys of each connection. Default: none. For tests only: who reads the log can read
   * the traffic.
   */
  readonly keyLog?: EndpointOptions["keyLog"];
}
