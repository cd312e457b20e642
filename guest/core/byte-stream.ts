/**
 * The bytes of a connection, authenticated, reliable and in order, in each direction: what mux runs on. Implemented by udp-sec's
 * connection and by tcp-sec's. A "stream" alone is one of the many that mux makes of it (docs/glossary.md).
 */
import type { ConnectionEnd } from "./connection-end.ts";

export type Role = "initiator" | "responder";
export type TransportKind = "udp-sec" | "tcp";

export interface ByteStream {
  readonly transport: TransportKind;
  readonly role: Role;
  /** True from authentication until the end. */
  readonly isEstablished: boolean;
  /** Why it ended; undefined while it lives. Unread bytes stay readable after the end. */
  readonly end: ConnectionEnd | undefined;

  /** Takes as many bytes as the send buffer has room for, copying them. @returns how many were taken, 0 if none */
  write(bytes: Uint8Array, nowMs: number): number;
  /** How many bytes `write` would take now. */
  readonly writableBytes: number;
  /** Bytes taken by `write` that have not left for the first time: mux keeps this under 64 KiB. */
  readonly unsentBytes: number;
  /** Ends the sending direction after what was written. Idempotent. */
  finish(nowMs: number): void;

  /** Round trip that the transport measured, in ms; undefined where nothing measures it (TCP). Mux tunes its credit by it. */
  readonly smoothedRttMs: number | undefined;

  /** In-order bytes that wait for `read`. */
  readonly readableBytes: number;
  /** @returns up to `maxBytes` in-order bytes, or undefined if none wait */
  read(maxBytes: number, nowMs: number): Uint8Array | undefined;
  /** The peer finished its direction and everything of it was read. */
  readonly isReadFinished: boolean;

  /**
   * Ends the connection with an authenticated CLOSE. Idempotent; the first call counts.
   *
   * @param code `CloseCode`, or another u16
   * @param reason cut to 255 bytes of UTF-8
   * @throws CloseError if code or reason has no form on the wire
   */
  close(code: number, reason: string, nowMs: number): void;
  /** When something of the peer was last received and authenticated: keepalives above need not repeat it. */
  readonly lastReceiptMs: number;
}
