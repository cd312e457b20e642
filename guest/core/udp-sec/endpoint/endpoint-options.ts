/** What an endpoint is made from. Every limit and timeout of udp-sec has its default, unit and range where it is declared. */
import type { EndpointBudget } from "../../endpoint-budget.ts";
import type { AcceptPolicy } from "../../identity/peer.ts";
import type { CongestionControllerFactory } from "../congestion/congestion-controller.ts";
import { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "../connection/connection-limits.ts";
import type { ConnectionFactory } from "../connection/transport-connection.ts";
import { DEFAULT_HANDSHAKE_LIMITS, type HandshakeLimits } from "../handshake/handshake-limits.ts";
import type { HandshakeSettings } from "../handshake/handshake-settings.ts";

/**
 * Bounds of one endpoint (dsoftbus-transport.md#9-bounds-and-codes), those of its unfinished handshakes among them. Each is
 * injectable, so that a test can stand at its edge.
 */
export interface EndpointLimits extends HandshakeLimits {
  /** Dials, accepted and dialled connections together. Default 4,096; 1 or more. A dial beyond is ENDPOINT_FULL, an answer silence. */
  readonly connections: number;
  /**
   * Accepted connections of one peer that it has sent nothing on yet. Default 4, our choice; 1 or more. The oldest gives way:
   * fewer could end the one that a peer on a lossy path goes on with, more lets one peer reserve more windows.
   */
  readonly unconfirmedPerPeer: number;
  /** Receive windows of all connections, in bytes. Default 64 MiB; one declared window or more, else no connection is accepted. */
  readonly receiveBudgetBytes: number;
  /** Send buffers of all connections, in bytes. Default 64 MiB; 1 or more. At the limit `write` takes 0 until something is delivered. */
  readonly sendBudgetBytes: number;
}

export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  ...DEFAULT_HANDSHAKE_LIMITS,
  connections: 4_096,
  unconfirmedPerPeer: 4,
  receiveBudgetBytes: 64 * 1024 * 1024,
  sendBudgetBytes: 64 * 1024 * 1024,
};

export interface EndpointOptions extends HandshakeSettings {
  /** Which devices may connect. Undefined: the endpoint only dials, and drops every MSG1. */
  readonly accept: AcceptPolicy | undefined;
  /** Bounds of the endpoint. What is absent keeps its default of `DEFAULT_ENDPOINT_LIMITS`. */
  readonly limits?: Partial<EndpointLimits>;
  /**
   * Memory that this endpoint shares with others: with the other sockets and the TCP connections of a bus, say. Default: a budget of
   * its own, as large as `limits` say; where one is given, the two budgets of `limits` do nothing.
   */
  readonly budget?: EndpointBudget | undefined;
  /**
   * Asked now and then within `poll`, about the datagrams that earlier calls of it returned: whether nobody needs any of them any more, so
   * that their memory is used again. Default: they are their receiver's for good.
   */
  readonly areDatagramsDone?: (() => boolean) | undefined;
  /** Bounds of each connection. What is absent keeps its default of `DEFAULT_CONNECTION_LIMITS`. */
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** Makes the congestion control of each connection. Default: `newReno`. */
  readonly congestion?: CongestionControllerFactory | undefined;
  /** Makes the connection once the handshake has the keys. Default: `Connection`. Tests bring one of their own. */
  readonly createConnection?: ConnectionFactory | undefined;
}

export function endpointLimits(options: EndpointOptions): EndpointLimits {
  return { ...DEFAULT_ENDPOINT_LIMITS, ...options.limits };
}

export function connectionLimits(options: EndpointOptions): ConnectionLimits {
  return { ...DEFAULT_CONNECTION_LIMITS, ...options.connectionLimits };
}

export interface DialOptions {
  /**
   * How long to wait for a MSG2 that verifies, ms from the first MSG1. Default: `HANDSHAKE_DEADLINE_MS`; where a fallback exists take
   * `FALLBACK_DEADLINE_MS`. A verified MSG2 extends it to 10 s after the first MSG1.
   */
  readonly waitMs?: number | undefined;
  /**
   * How many MSG1 leave as long as nothing comes back; a RETRY is answered in any case. Default: as many as fit before the deadline.
   * For an address that nobody vouches for: each MSG1 is 1,200 bytes to whoever is there.
   */
  readonly msg1Copies?: number | undefined;
}
