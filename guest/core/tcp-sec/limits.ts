/**
 * Bounds and deadlines of one TCP connection (dsoftbus-transport.md#10-tcp-transport). Each is injectable, so that a test can
 * stand at its edge.
 */
export interface TcpSecLimits {
  /** Written and not yet taken by TCP, in bytes. Default 1 MiB; 1 or more. At the limit `write` takes 0. */
  readonly sendBufferBytes: number;
  /**
   * Unread bytes at which reading from TCP stops. Default 256 KiB; 1 or more. One record may lead past it. It is reserved from
   * the endpoint's budget for as long as the connection lives.
   */
  readonly windowBytes: number;
  /**
   * Undecoded bytes, our choice. Default 1 MiB; at least one record of 64 KiB. A driver that goes on delivering though
   * `wantsToRead` is false loses the connection here.
   */
  readonly undecodedBytes: number;
  /**
   * Payload of a record, our choice. Default 33 KiB: a whole frame of the mux; 1 .. 65,518. What is shorter and written before it
   * has a record of its own, so a larger one keeps no control frame waiting.
   */
  readonly recordPayloadBytes: number;
  /** From the TCP connection to the peer's proof, in ms. Default 5,000; above 0. Longer lets a stranger hold its place longer. */
  readonly handshakeTimeoutMs: number;
  /**
   * From the end until the driver drops what is left of the TCP connection, in ms. Default 5,000; 0 or more. Less may cut off what
   * was written last.
   */
  readonly lingerMs: number;
}

export const DEFAULT_TCP_SEC_LIMITS: TcpSecLimits = {
  sendBufferBytes: 1024 * 1024,
  windowBytes: 256 * 1024,
  undecodedBytes: 1024 * 1024,
  recordPayloadBytes: 33 * 1024,
  handshakeTimeoutMs: 5_000,
  lingerMs: 5_000,
};
