/** Bounds and deadlines of one connection (dsoftbus-transport.md#10-tcp-transport), injectable so that each is testable at its edge. */
export interface TcpSecLimits {
  readonly sendBufferBytes: number;
  /** W: reading from TCP stops while so many bytes are unread. One record may lead past it. */
  readonly windowBytes: number;
  /** Our choice: a driver that goes on delivering though `wantsToRead` is false loses the connection here. */
  readonly undecodedBytes: number;
  /** Our choice: smaller records than could be, so that a control frame need not wait for 64 KiB to arrive whole. */
  readonly recordPayloadBytes: number;
  readonly handshakeTimeoutMs: number;
  /** From the end until the driver drops what is left of the TCP connection. */
  readonly lingerMs: number;
}

export const DEFAULT_TCP_SEC_LIMITS: TcpSecLimits = {
  sendBufferBytes: 1024 * 1024,
  windowBytes: 256 * 1024,
  undecodedBytes: 1024 * 1024,
  recordPayloadBytes: 16 * 1024,
  handshakeTimeoutMs: 5_000,
  lingerMs: 5_000,
};
