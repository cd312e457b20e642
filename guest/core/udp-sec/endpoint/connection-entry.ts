/** A connection in the hands of its endpoint. */
import type { Address } from "../../address.ts";
import { toHex } from "../../bytes/hex.ts";
import type { Peer } from "../../identity/peer.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";
import { encodeSessionId } from "../packet/header.ts";
import type { TransportConnection } from "../connection/transport-connection.ts";
import { ConnectionHandle } from "./connection-handle.ts";
import type { Pollable } from "./pollable.ts";

export interface ConnectionEntryOptions {
  readonly connection: TransportConnection;
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  readonly peer: Peer;
  readonly isDialled: boolean;
  /** Dialled: called when the first packet of the responder was opened. @returns whether the connection goes on */
  readonly onFirstOpened?: ((nowMs: number) => boolean) | undefined;
  /** Accepted: the digest of its MSG3. A byte-equal one asks for a PING (dsoftbus-transport.md#35-repeats-deadlines-refusals). */
  readonly msg3Digest?: Uint8Array | undefined;
}

export interface ConnectionEntryHooks {
  /** The application did something that may leave something to send. */
  touched(entry: ConnectionEntry): void;
  /** A write of the application was not taken whole. */
  refused(entry: ConnectionEntry): void;
  /** Send memory that it waited for is free again. */
  sendMemoryFreed(entry: ConnectionEntry): void;
  /** The connection was polled: it may have events, or be drained. */
  polled(entry: ConnectionEntry): void;
}

export class ConnectionEntry implements Pollable {
  readonly connection: TransportConnection;
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  readonly peer: Peer;
  readonly isDialled: boolean;
  readonly onFirstOpened: ((nowMs: number) => boolean) | undefined;
  readonly msg3Digest: Uint8Array | undefined;
  /** What the application is given. */
  readonly handle: ConnectionHandle;
  /** What the budget calls while this connection waits for send memory. */
  readonly onSendMemory = (): void => this.#hooks.sendMemoryFreed(this);
  readonly #hooks: ConnectionEntryHooks;
  /** A packet of the peer was opened: what replaces an older connection, and establishes a dialled one. */
  isConfirmed = false;
  /** When a MSG3 was last answered. */
  lastMsg3PingMs = Number.NEGATIVE_INFINITY;

  constructor(options: ConnectionEntryOptions, hooks: ConnectionEntryHooks) {
    this.connection = options.connection;
    this.sessionLow = options.sessionLow;
    this.sessionHigh = options.sessionHigh;
    this.address = options.address;
    this.peer = options.peer;
    this.isDialled = options.isDialled;
    this.onFirstOpened = options.onFirstOpened;
    this.msg3Digest = options.msg3Digest;
    this.#hooks = hooks;
    const sessionIdHex = toHex(encodeSessionId(options.sessionLow, options.sessionHigh));
    const about = { peer: options.peer, address: options.address, sessionIdHex };
    this.handle = new ConnectionHandle(options.connection, about, {
      touched: () => hooks.touched(this),
      refused: () => hooks.refused(this),
    });
  }

  /**
   * Until the responder was heard, the initiator sends nothing but MSG3
   * (dsoftbus-transport.md#35-repeats-deadlines-refusals).
   */
  get maySend(): boolean {
    return !this.isDialled || this.isConfirmed;
  }

  poll(nowMs: number): OutgoingDatagram | undefined {
    const datagram = this.connection.poll(nowMs);
    this.#hooks.polled(this);
    return datagram === undefined ? undefined : { to: this.address, datagram };
  }

  nextDeadlineMs(): number | undefined {
    return this.connection.isDrained ? undefined : this.connection.nextDeadlineMs();
  }
}
