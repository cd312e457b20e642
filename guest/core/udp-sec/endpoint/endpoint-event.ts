/** What an endpoint tells its driver, and what it counts. */
import type { ConnectionEnd } from "../../connection-end.ts";
import type { Peer } from "../../identity/peer.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { ConnectionHandle } from "./connection-entry.ts";
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

/** Events for the driver. Bounded by what exists: "readable" and "writable" are told once per connection until taken. */
export class EndpointEventQueue {
  #events: EndpointEvent[] = [];
  readonly #told = { readable: new Set<ConnectionHandle>(), writable: new Set<ConnectionHandle>() };

  push(event: Exclude<EndpointEvent, { type: "readable" | "writable" }>): void {
    this.#events.push(event);
  }

  /** Asked for each datagram: what waits to be taken already costs nothing. */
  tell(type: "readable" | "writable", connection: ConnectionHandle): void {
    const told = this.#told[type];
    if (told.has(connection)) return;
    told.add(connection);
    this.#events.push({ type, connection });
  }

  take(): EndpointEvent[] {
    const events = this.#events;
    if (events.length > 0) {
      this.#events = [];
      this.#told.readable.clear();
      this.#told.writable.clear();
    }
    return events;
  }
}
