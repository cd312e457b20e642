/**
 * A connection as the application sees it: the byte stream, who is at the other end, and nothing that only the endpoint may do.
 *
 * It also tells the endpoint that there may be something to send now: that is how `poll` knows where to look without asking
 * every connection.
 */
import type { Address } from "../../address.ts";
import type { ByteStream, Role } from "../../byte-stream.ts";
import type { ConnectionEnd } from "../../connection-end.ts";
import type { Peer } from "../endpoint-options.ts";
import type { TransportConnection } from "../transport-connection.ts";

export class PeerConnection implements ByteStream {
  readonly transport = "udp-sec";
  readonly role: Role;
  readonly peer: Peer;
  readonly address: Address;
  /** 16 hex digits in the order of the wire. */
  readonly sessionIdHex: string;
  readonly #connection: TransportConnection;
  readonly #touched: (nowMs: number) => void;

  constructor(
    connection: TransportConnection,
    about: { readonly peer: Peer; readonly address: Address; readonly sessionIdHex: string },
    touched: (nowMs: number) => void,
  ) {
    this.#connection = connection;
    this.role = connection.role;
    this.peer = about.peer;
    this.address = about.address;
    this.sessionIdHex = about.sessionIdHex;
    this.#touched = touched;
  }

  get isEstablished(): boolean {
    return this.#connection.isEstablished;
  }

  get end(): ConnectionEnd | undefined {
    return this.#connection.end;
  }

  write(bytes: Uint8Array, nowMs: number): number {
    const taken = this.#connection.write(bytes, nowMs);
    if (taken > 0) this.#touched(nowMs);
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
    this.#touched(nowMs);
  }

  get readableBytes(): number {
    return this.#connection.readableBytes;
  }

  read(maxBytes: number, nowMs: number): Uint8Array | undefined {
    const bytes = this.#connection.read(maxBytes, nowMs);
    // What was read may be due as credit to the peer.
    if (bytes !== undefined) this.#touched(nowMs);
    return bytes;
  }

  get isReadFinished(): boolean {
    return this.#connection.isReadFinished;
  }

  close(code: number, reason: string, nowMs: number): void {
    this.#connection.close(code, reason, nowMs);
    this.#touched(nowMs);
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
