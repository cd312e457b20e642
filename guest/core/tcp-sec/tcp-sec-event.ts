import type { ConnectionEnd } from "../connection-end.ts";
import type { Peer } from "../identity/peer.ts";

export type TcpSecEvent =
  /** Initiator: ACCEPT came. Responder: message 3 was verified. */
  | { readonly type: "established"; readonly peer: Peer }
  | { readonly type: "readable" }
  /** After a short write: half of the send buffer is free. */
  | { readonly type: "writable" }
  | { readonly type: "closed"; readonly end: ConnectionEnd };

/** Each event waits at most once. */
export class TcpSecEvents {
  #pending = new Set<TcpSecEvent["type"]>();

  note(type: TcpSecEvent["type"]): void {
    this.#pending.add(type);
  }

  take(peer: Peer | undefined, end: ConnectionEnd | undefined): TcpSecEvent[] {
    const events: TcpSecEvent[] = [];
    if (this.#pending.has("established") && peer !== undefined) events.push({ type: "established", peer });
    if (this.#pending.has("readable")) events.push({ type: "readable" });
    if (this.#pending.has("writable")) events.push({ type: "writable" });
    if (this.#pending.has("closed") && end !== undefined) events.push({ type: "closed", end });
    this.#pending = new Set();
    return events;
  }
}
