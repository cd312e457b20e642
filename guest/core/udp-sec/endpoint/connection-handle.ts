/**
 * A connection as the application sees it: the byte stream, who is at the other end, and nothing that only the endpoint may do.
 *
 * It also tells the endpoint that there may be something to send now: that is how `poll` knows where to look without asking
 * every connection.
 */
import type { Address } from "../../address.ts";
import type { ByteStream, Role } from "../../byte-stream.ts";
import type { ConnectionEnd } from "../../connection-end.ts";
import type { Peer } from "../../identity/peer.ts";
import type { TransportConnection } from "../connection/transport-connection.ts";

export interface ConnectionHandleHooks {
  /** There may be something to send. */
  touched(nowMs: number): void;
  /** A write was not taken whole. */
  refused(): void;
}

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
