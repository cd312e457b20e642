/** One connection as its endpoint holds it, and as the application is given it. */
import type { Address } from "../../address.ts";
import type { ByteStream, Role } from "../../byte-stream.ts";
import { toHex } from "../../bytes/hex.ts";
import type { ConnectionEnd } from "../../connection-end.ts";
import type { Peer } from "../../identity/peer.ts";
import type { TransportConnection } from "../connection/transport-connection.ts";
import type { OutgoingDatagram } from "../handshake/answer-queue.ts";
import { encodeSessionId } from "../packet/header.ts";
import type { Pollable } from "./agenda.ts";

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

/** A connection in the hands of its endpoint. */
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

interface ConnectionHandleHooks {
  /** There may be something to send. */
  touched(nowMs: number): void;
  /** A write was not taken whole. */
  refused(): void;
}

/**
 * A connection in the hands of the application: the byte stream, who is at the other end, and nothing that only the endpoint may do.
 * Each call that may leave something to send tells the endpoint, which so knows whom to poll without asking every connection.
 */
export class ConnectionHandle implements ByteStream {
  readonly transport = "udp-sec";
  readonly role: Role;
  readonly peer: Peer;
  readonly address: Address;
  /** 16 hex digits in the order of the wire. */
  readonly sessionIdHex: string;
  readonly #connection: TransportConnection;
  readonly #hooks: ConnectionHandleHooks;

  constructor(
    connection: TransportConnection,
    about: { readonly peer: Peer; readonly address: Address; readonly sessionIdHex: string },
    hooks: ConnectionHandleHooks,
  ) {
    this.#connection = connection;
    this.role = connection.role;
    this.peer = about.peer;
    this.address = about.address;
    this.sessionIdHex = about.sessionIdHex;
    this.#hooks = hooks;
  }

  get isEstablished(): boolean {
    return this.#connection.isEstablished;
  }

  get end(): ConnectionEnd | undefined {
    return this.#connection.end;
  }

  write(bytes: Uint8Array, nowMs: number): number {
    const taken = this.#connection.write(bytes, nowMs);
    if (taken > 0) this.#hooks.touched(nowMs);
    if (taken < bytes.length) this.#hooks.refused();
    return taken;
  }

  get writableBytes(): number {
    return this.#connection.writableBytes;
  }

  get unsentBytes(): number {
    return this.#connection.unsentBytes;
  }

  get smoothedRttMs(): number | undefined {
    return this.#connection.smoothedRttMs;
  }

  finish(nowMs: number): void {
    this.#connection.finish(nowMs);
    this.#hooks.touched(nowMs);
  }

  get readableBytes(): number {
    return this.#connection.readableBytes;
  }

  read(maxBytes: number, nowMs: number): Uint8Array | undefined {
    const bytes = this.#connection.read(maxBytes, nowMs);
    // What was read may be due as credit to the peer.
    if (bytes !== undefined) this.#hooks.touched(nowMs);
    return bytes;
  }

  get isReadFinished(): boolean {
    return this.#connection.isReadFinished;
  }

  close(code: number, reason: string, nowMs: number): void {
    this.#connection.close(code, reason, nowMs);
    this.#hooks.touched(nowMs);
  }

  get lastReceiptMs(): number {
    return this.#connection.lastReceiptMs;
  }

  /** Packets of the peer that authenticated: above 0 proves that the peer holds its keys now. */
  get openedPackets(): number {
    return this.#connection.openedPackets;
  }

  stats(): unknown {
    return this.#connection.stats();
  }
}
