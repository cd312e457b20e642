/** What an endpoint is made from, and what it tells. */
import type { Address } from "../../address.ts";
import type { ConnectionEnd } from "../../connection-end.ts";
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import type { EndpointBudget } from "../../endpoint-budget.ts";
import type { DeviceIdentity } from "../../identity/device-identity.ts";
import type { TraceSink } from "../../trace.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { CongestionControllerFactory } from "../congestion/congestion-controller.ts";
import type { PeerConnection } from "./connection-handle.ts";
import type { DialAttempt } from "../handshake/initiator-handshake.ts";
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "../connection/connection-limits.ts";
import type { ConnectionFactory } from "../connection/transport-connection.ts";
import type { TransportParameters } from "../handshake/transport-parameters.ts";

/** Who may connect to us (dsoftbus-transport.md#2-device-identity): asked once per handshake, after the proof was verified. */
export interface AcceptPolicy {
  /** @param staticKeyHex the Noise static key that the peer proved to hold */
  authorise(deviceId: string, staticKeyHex: string): boolean;
}

/** Bounds of one endpoint (dsoftbus-transport.md#3-handshake-over-udp, dsoftbus-transport.md#9-bounds-and-codes), injectable so that each can be tested at its edge. */
export interface EndpointLimits {
  /** Dial attempts, accepted and dialled connections together. */
  readonly connections: number;
  readonly halfOpen: number;
  /** From so many half-open entries on, MSG1 without a valid cookie gets a RETRY. */
  readonly halfOpenBeforeRetry: number;
  readonly halfOpenPerAddress: number;
  readonly halfOpenLifetimeMs: number;
  /** Our choice: accepted connections of one peer that it has sent nothing on yet; the oldest gives way. */
  readonly unconfirmedPerPeer: number;
  readonly bucketRatePerSecond: number;
  readonly bucketBurst: number;
  readonly bucketAddresses: number;
  /** Answers to handshake messages that wait for `poll`; what exceeds them is not answered. */
  readonly queuedAnswers: number;
  readonly receiveBudgetBytes: number;
  readonly sendBudgetBytes: number;
}

export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  connections: 4_096,
  halfOpen: 256,
  halfOpenBeforeRetry: 128,
  halfOpenPerAddress: 16,
  halfOpenLifetimeMs: 12_000,
  unconfirmedPerPeer: 4,
  bucketRatePerSecond: 20,
  bucketBurst: 5,
  bucketAddresses: 4_096,
  queuedAnswers: 1_024,
  receiveBudgetBytes: 64 * 1024 * 1024,
  sendBudgetBytes: 64 * 1024 * 1024,
};

export interface EndpointOptions {
  readonly crypto: CryptoPrimitives;
  readonly random: RandomBytes;
  readonly identity: DeviceIdentity;
  /** Undefined: dials only, and drops every MSG1. */
  readonly accept: AcceptPolicy | undefined;
  readonly parameters: TransportParameters;
  readonly limits?: Partial<EndpointLimits>;
  /** Shared with TCP connections; one of its own, by `limits`, if undefined. */
  readonly budget?: EndpointBudget | undefined;
  readonly connectionLimits?: Partial<ConnectionLimits>;
  readonly trace?: TraceSink | undefined;
  /** Test only: tells the packet keys of each connection, copied, so that a capture can be opened. */
  readonly keyLog?: ((sessionIdHex: string, initiatorKey: Uint8Array, responderKey: Uint8Array) => void) | undefined;
  /** Congestion control of each connection; `newReno` if undefined. */
  readonly congestion?: CongestionControllerFactory | undefined;
  /** Makes the connection once the handshake has the keys; `Connection` if undefined. */
  readonly createConnection?: ConnectionFactory | undefined;
}

export function endpointLimits(options: EndpointOptions): EndpointLimits {
  return { ...DEFAULT_ENDPOINT_LIMITS, ...options.limits };
}

export function connectionLimits(options: EndpointOptions): ConnectionLimits {
  return { ...DEFAULT_CONNECTION_LIMITS, ...options.connectionLimits };
}

/** A peer-table entry (dsoftbus-transport.md#2-device-identity). */
export interface DialTarget {
  /** Lowercase hex, 64 digits. */
  readonly deviceId: string;
  /** 32 bytes. */
  readonly staticPublicKey: Uint8Array;
  readonly address: Address;
}

export interface DialOptions {
  /**
   * When to give up, on the injected clock (an instant, not a duration). Default: 10 s from now; where a fallback exists take
   * `nowMs + FALLBACK_DEADLINE_MS`. A verified MSG2 extends it to 10 s after the first MSG1.
   */
  readonly deadlineMs?: number | undefined;
}

export interface Peer {
  readonly deviceId: string;
  readonly staticPublicKey: Uint8Array;
}

export type EndpointEvent =
  | {
      /** Responder: MSG3 verified. Initiator: the first packet of the responder was opened. */
      readonly type: "established";
      readonly connection: PeerConnection;
      readonly peer: Peer;
      readonly dialled: boolean;
      /** The attempt that led here, if dialled. */
      readonly attempt: DialAttempt | undefined;
    }
  | { readonly type: "dial-failed"; readonly attempt: DialAttempt; readonly end: ConnectionEnd }
  | { readonly type: "readable" | "writable"; readonly connection: PeerConnection }
  | { readonly type: "closed"; readonly connection: PeerConnection; readonly end: ConnectionEnd };

export interface EndpointStats {
  readonly datagramsReceived: number;
  readonly datagramsSent: number;
  readonly drops: Partial<Record<DropReason, number>>;
  readonly connections: number;
  readonly dialAttempts: number;
  readonly halfOpen: number;
  readonly queuedAnswers: number;
  readonly answersDropped: number;
  readonly bucketAddresses: number;
  readonly receiveReservedBytes: number;
  readonly sendHeldBytes: number;
}
