/** What both sides of a handshake need of the endpoint that runs them, and what a finished one brings. */
import type { Address } from "../../address.ts";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import type { DeviceIdentity } from "../../identity/device-identity.ts";
import type { HandshakeRate } from "../../handshake-rate.ts";
import type { Peer } from "../../identity/peer.ts";
import type { TraceSink } from "../../trace.ts";
import type { TransportParameters } from "./transport-parameters.ts";

export interface HandshakeSettings {
  readonly crypto: CryptoPrimitives;
  readonly random: RandomBytes;
  readonly identity: DeviceIdentity;
  /** What this side declares (dsoftbus-transport.md#32-params); `DEFAULT_TRANSPORT_PARAMETERS` is the usual choice. */
  readonly parameters: TransportParameters;
  /** Shared with TCP listeners; one of its own, by its limits, if undefined. */
  readonly handshakeRate?: HandshakeRate | undefined;
  readonly trace?: TraceSink | undefined;
  /**
   * Tells the packet keys of each connection, copied, so that a capture can be opened. Off unless given: whoever reads them
   * reads the traffic.
   */
  readonly keyLog?: ((sessionIdHex: string, initiatorKey: Uint8Array, responderKey: Uint8Array) => void) | undefined;
}

/** Whom to dial: a peer-table entry (dsoftbus-transport.md#2-device-identity). */
export interface DialTarget extends Peer {
  readonly address: Address;
}

/** The keys of a finished handshake. Whoever is given them wipes them, or hands them on. */
export interface SessionKeys {
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
}

/** What a finished handshake brings: all that a connection needs to know of it. */
export interface FinishedHandshake extends SessionKeys {
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  readonly peer: Peer;
  readonly peerParameters: TransportParameters;
  /** Undefined if a message that would have measured it was sent more than once. */
  readonly handshakeRttMs: number | undefined;
}
