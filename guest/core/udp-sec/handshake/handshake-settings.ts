/** What both sides of a handshake need of the endpoint that runs them, and what a finished one brings. */
import type { Address } from "../../address.ts";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import type { DeviceIdentity } from "../../identity/device-identity.ts";
import type { HandshakeRate } from "../../handshake-rate.ts";
import type { Peer } from "../../identity/peer.ts";
import type { KeyLog } from "../../key-log.ts";
import type { TraceSink } from "../../trace.ts";
import type { TransportParameters } from "./transport-parameters.ts";

export interface HandshakeSettings {
  /** The primitives: native ones are faster, the portable ones run anywhere. Both give the same bytes. */
  readonly crypto: CryptoPrimitives;
  /** Cryptographically strong: keys, session ids and cookies come from it. */
  readonly random: RandomBytes;
  /** Who this side is. */
  readonly identity: DeviceIdentity;
  /** What this side declares (dsoftbus-transport.md#32-params); `DEFAULT_TRANSPORT_PARAMETERS` is the usual choice. */
  readonly parameters: TransportParameters;
  /** How many handshakes a source may cause, shared with TCP listeners. Default: a rate of its own, by the limits. */
  readonly handshakeRate?: HandshakeRate | undefined;
  /** Receives every event of endpoint and connections, as qlog names them. Default: none, which costs nothing. */
  readonly trace?: TraceSink | undefined;
  /** So that a capture can be opened. Default: none. For tests only: who has the secrets can read the traffic. */
  readonly keyLog?: KeyLog | undefined;
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
