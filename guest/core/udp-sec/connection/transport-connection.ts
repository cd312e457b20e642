/**
 * What the endpoint asks of a connection. `Connection` is the implementation; tests of the endpoint bring a stand-in, so that a
 * fault of one side can't hide in the other.
 */
import type { ByteStream } from "../../byte-stream.ts";
import type { ConnectionEnd, LocalEndName } from "../../connection-end.ts";
import type { ConnectionSetup } from "./connection-setup.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { Header } from "../packet/header.ts";

export type TransportEvent =
  | { readonly type: "readable" }
  | { readonly type: "writable" }
  | { readonly type: "closed"; readonly end: ConnectionEnd };

export interface TransportConnection<Stats = unknown> extends ByteStream {
  /**
   * The session id and the address matched already.
   *
   * @param header of the datagram, where the caller has parsed it
   * @returns why it dropped the datagram, if it did
   */
  receive(datagram: Uint8Array, nowMs: number, header?: Header): DropReason | undefined;
  /** Runs the timers that are due. @returns the next datagram to send: call until undefined */
  poll(nowMs: number): Uint8Array | undefined;
  nextDeadlineMs(): number | undefined;
  takeEvents(): readonly TransportEvent[];
  /** Queues a PING at once. */
  sendPing(nowMs: number): void;
  endLocally(name: LocalEndName, nowMs: number): void;
  /** Above 0 once any packet of the peer authenticated. */
  readonly openedPackets: number;
  /** Its linger is over: it may be forgotten. */
  readonly isDrained: boolean;
  stats(): Stats;
}

export type ConnectionFactory<Stats = unknown> = (setup: ConnectionSetup) => TransportConnection<Stats>;
