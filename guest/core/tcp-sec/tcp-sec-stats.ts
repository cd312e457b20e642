/** Everything a connection holds and has counted. */
export interface TcpSecStats {
  readonly state: "handshake" | "established" | "ended";
  /** Plaintext that waits for TCP. */
  readonly sendBufferedBytes: number;
  /** Plaintext that waits for its reader. */
  readonly unreadBytes: number;
  /** Received, and not a whole record yet, or waiting for room in W. */
  readonly undecodedBytes: number;
  /** Memory of all buffers. */
  readonly heldBytes: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly recordsOpened: number;
}
