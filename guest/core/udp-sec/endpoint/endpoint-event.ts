/** What an endpoint tells, and what it counts. */
import type { ConnectionEnd } from "../../connection-end.ts";
import type { Peer } from "../../identity/peer.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { ConnectionHandle } from "./connection-handle.ts";
import type { DialHandle } from "./dial-handle.ts";

export type EndpointEvent =
  | {
      /** Responder: MSG3 verified. Initiator: the first packet of the responder was opened. */
      readonly type: "established";
      readonly connection: ConnectionHandle;
      readonly peer: Peer;
      readonly dialled: boolean;
      /** The dial that led here, if this side dialled. */
      readonly dial: DialHandle | undefined;
    }
  | { readonly type: "dial-failed"; readonly dial: DialHandle; readonly end: ConnectionEnd }
  | { readonly type: "readable" | "writable"; readonly connection: ConnectionHandle }
  | { readonly type: "closed"; readonly connection: ConnectionHandle; readonly end: ConnectionEnd };

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
