/** Why something asked of the bus did not come about. */
export type BusErrorCode =
  /** The entropy gate is shut: nothing listens, nothing dials (dsoftbus-transport.md#11-selection-policy). */
  | "BUS_ENTROPY"
  /** The peer is not who it should be, or refuses us. Never a reason to fall back. */
  | "BUS_AUTHENTICATION"
  /** No handshake is possible with this target: its static key or its address is none. Nothing left. */
  | "BUS_TARGET"
  /** The address to listen at is no numeric address. */
  | "BUS_ADDRESS"
  /** No answer within the deadline. */
  | "BUS_TIMEOUT"
  /** The transport that the mode demands cannot be had: disabled, port taken, connection refused, endpoint full. */
  | "BUS_UNAVAILABLE"
  /** The peer answered but has no room. */
  | "BUS_BUSY"
  /** The handshake, or the connection during it, failed in another way. */
  | "BUS_HANDSHAKE"
  /** The session ended while something waited for it. */
  | "BUS_SESSION_ENDED"
  /** The stream was reset, by this side or by the peer. */
  | "BUS_STREAM_RESET"
  /** A write after `finish`: a mistake of the caller. */
  | "BUS_STREAM_FINISHED"
  /** The mux refuses to open another stream: no slot, a name in use or malformed. */
  | "BUS_STREAM_REFUSED"
  /** More bytes were asked for than one message may have, or a message was cut off. */
  | "BUS_MESSAGE"
  /** The bus was closed, or is closing. */
  | "BUS_CLOSED";

export class BusError extends Error {
  readonly code: BusErrorCode;
  /** The name below this layer that led here: an end (`IDLE`), a socket code (`ECONNREFUSED`), a reset code. */
  readonly detail: string;

  constructor(code: BusErrorCode, message: string, detail = "", options?: ErrorOptions) {
    super(message, options);
    this.name = "BusError";
    this.code = code;
    this.detail = detail;
  }
}

/** @returns the code with which the bus ended some work; what else it was, as text; `no error` if it was done */
export async function errorCodeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "no error";
  } catch (error) {
    return error instanceof BusError ? error.code : String(error);
  }
}
