/**
 * Declared by each side inside the handshake (dsoftbus-transport.md#32-params). A peer whose values are out of range is
 * refused; an endpoint with such values of its own throws `BAD_PARAMETERS`.
 */
export interface TransportParameters {
  /**
   * Receive window that the peer may use from the start, in bytes. Default 256 KiB; 16 KiB .. 1 MiB. It is reserved from the
   * endpoint's budget for as long as the connection lives, and grows by itself while the reader keeps up.
   */
  readonly windowBytes: number;
  /**
   * Silence after which the peer counts as gone, in ms. Default 15,000; 3,000 .. 120,000. The smaller of both sides' counts:
   * shorter finds a dead peer sooner, and sends a PING every third of it.
   */
  readonly idleTimeoutMs: number;
  /**
   * How long an acknowledgement may wait, in ms. Default 25; 1 .. 100. Longer sends fewer packets and slows the peer's
   * recovery, which waits for it.
   */
  readonly ackDelayMs: number;
}

export const DEFAULT_TRANSPORT_PARAMETERS: TransportParameters = {
  windowBytes: 256 * 1024,
  idleTimeoutMs: 15_000,
  ackDelayMs: 25,
};
