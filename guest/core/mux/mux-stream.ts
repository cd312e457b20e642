/** By the frames handed to and received from the transport: `finish` shows only when its CLOSE has left. */
export type MuxStreamState = "Open" | "HalfClosedLocal" | "HalfClosedRemote" | "Closed" | "Reset";

export type Opener = "local" | "peer";

/** Why a stream was reset. */
export interface StreamReset {
  /** `RstCode`, or another of the peer's. */
  readonly code: number;
  readonly by: "local" | "peer";
}

/**
 * One stream of a session: bytes in order in both directions, each ended by itself. Calls change only this side; the next
 * `MuxSession.pump` puts them on the wire.
 */
export interface MuxStream {
  readonly id: number;
  readonly name: string;
  /** 0 (highest) .. 7, for both directions. */
  readonly priority: number;
  readonly openedBy: Opener;
  readonly state: MuxStreamState;
  /** Set once the stream was reset. */
  readonly resetCause: StreamReset | undefined;

  /** Copies as much as the send buffer (64 KiB) has room for. @returns how much: 0 if full, finished, reset or ended */
  write(bytes: Uint8Array): number;
  /** How much `write` would take now. */
  readonly writableBytes: number;
  /** Taken by `write`, not yet framed. */
  readonly bufferedBytes: number;
  /** Ends the sending direction after what was written. Idempotent. */
  finish(): void;

  /** @returns up to `maxBytes`, or undefined if none wait. Reading is what grants the peer new credit */
  read(maxBytes: number): Uint8Array | undefined;
  readonly readableBytes: number;
  /** The peer finished its direction and everything of it was read. False for ever if the stream or session ended before. */
  readonly isReadFinished: boolean;

  /**
   * Gives both directions up: queued and unread bytes are dropped. Idempotent; of no effect on a stream that is closed but for
   * dropping its unread bytes.
   *
   * @param code u16, `RstCode`
   * @throws MuxError MUX_INVALID_RST_CODE
   */
  reset(code: number): void;
}
