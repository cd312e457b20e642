/** A connection in the hands of its endpoint. */
import type { Address } from "../../address.ts";
import { toHex } from "../../bytes/hex.ts";
import type { Peer } from "./endpoint-options.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";
import { encodeSessionId } from "../packet/header.ts";
import type { TransportConnection } from "../connection/transport-connection.ts";
import { PeerConnection } from "./connection-handle.ts";
import type { Pollable } from "./pollable.ts";

export interface SessionOptions {
  readonly connection: TransportConnection;
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  readonly peer: Peer;
  readonly isDialled: boolean;
  /** Dialled: called when the first packet of the responder was opened. @returns whether the session goes on */
  readonly onFirstOpened?: ((nowMs: number) => boolean) | undefined;
  /** Accepted: the digest of its MSG3. A byte-equal one asks for a PING (dsoftbus-transport.md#3-handshake-over-udp). */
  readonly msg3Digest?: Uint8Array | undefined;
}

export interface SessionHooks {
  /** The application did something that may leave something to send. */
  touched(session: Session): void;
  /** A write of the application was not taken whole. */
  refused(session: Session): void;
  /** Send memory that it waited for is free again. */
  sendMemoryFreed(session: Session): void;
  /** The connection was polled: it may have events, or be drained. */
  polled(session: Session): void;
}

export class Session implements Pollable {
  readonly connection: TransportConnection;
  readonly sessionLow: number;
  readonly sessionHigh: number;
  readonly address: Address;
  readonly peer: Peer;
  readonly isDialled: boolean;
  readonly onFirstOpened: ((nowMs: number) => boolean) | undefined;
  readonly msg3Digest: Uint8Array | undefined;
  readonly stream: PeerConnection;
  /** What the budget calls while this session waits for send memory. */
  readonly onSendMemory = (): void => this.#hooks.sendMemoryFreed(this);
  readonly #hooks: SessionHooks;
  /** A packet of the peer was opened: what replaces an older session, and establishes a dialled one. */
  isConfirmed = false;
  /** When a MSG3 was last answered. */
  lastMsg3PingMs = Number.NEGATIVE_INFINITY;

  constructor(options: SessionOptions, hooks: SessionHooks) {
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
    this.stream = new PeerConnection(options.connection, about, {
      touched: () => hooks.touched(this),
      refused: () => hooks.refused(this),
    });
  }

  /** Until the responder was heard, the initiator sends nothing but MSG3 (dsoftbus-transport.md#3-handshake-over-udp). */
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
