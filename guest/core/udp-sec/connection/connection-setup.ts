/**
 * What the handshake hands to a connection: the seam between `endpoint`/`handshake` (who is it, with which keys) and
 * `connection` (packets, recovery, congestion, stream).
 */
import type { CryptoPrimitives, RandomBytes } from "../../crypto/primitives.ts";
import type { Role } from "../../byte-stream.ts";
import type { TraceSink } from "../../trace.ts";
import type { EndpointBudget } from "../../endpoint-budget.ts";
import type { CongestionControllerFactory } from "../congestion/congestion-controller.ts";
import type { ConnectionLimits } from "./connection-limits.ts";
import type { DatagramMemory } from "../packet/datagram-slab.ts";
import type { TransportParameters } from "../handshake/transport-parameters.ts";

export interface ConnectionSetup {
  readonly role: Role;
  /** 8 bytes as on the wire (little-endian u64): low half chosen by the initiator, high half by the responder. */
  readonly sessionId: Uint8Array;
  /** 32 bytes from Noise `Split()`. The connection takes it over and wipes it at its end. */
  readonly sendKey: Uint8Array;
  readonly receiveKey: Uint8Array;
  readonly localParameters: TransportParameters;
  readonly peerParameters: TransportParameters;
  /**
   * Round trip measured by the handshake if its message was sent once, else undefined
   * (dsoftbus-transport.md#5-acknowledgement-and-recovery).
   */
  readonly handshakeRttMs: number | undefined;
  readonly crypto: CryptoPrimitives;
  readonly random: RandomBytes;
  readonly limits: ConnectionLimits;
  /** Shared by all connections of an endpoint. The connection reserves W on creation (the endpoint checked) and releases all. */
  readonly budget: EndpointBudget;
  /** Shared by all connections of an endpoint, and perhaps used again once `poll` has returned what was sealed into it. */
  readonly memory: DatagramMemory;
  readonly trace: TraceSink | undefined;
  /** NewReno if undefined. */
  readonly congestion?: CongestionControllerFactory | undefined;
  readonly nowMs: number;
}
