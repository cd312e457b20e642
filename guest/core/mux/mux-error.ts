/**
 * Why a frame of the peer was refused: stable labels (dsoftbus-transport.md#12-mux-v2), counted in the stats and sent as the
 * CLOSE's reason.
 */
export type RejectLabel =
  | "mux.reject.frame_oversize"
  | "mux.reject.malformed_frame"
  | "mux.reject.invalid_stream_state_transition"
  | "mux.reject.window_credit_overflow_or_underflow"
  | "mux.reject.unknown_stream_frame"
  | "mux.reject.unauthenticated_session"
  | "mux.reject.stream_limit_exceeded"
  | "mux.reject.duplicate_stream_name"
  | "mux.reject.invalid_stream_name";

/** A frame that ends the session. Thrown below `MuxSession.pump`, which catches it; it never reaches a caller. */
export class MuxReject extends Error {
  readonly label: RejectLabel;

  constructor(label: RejectLabel, detail: string) {
    super(`${label}: ${detail}`);
    this.name = "MuxReject";
    this.label = label;
  }
}

export type MuxErrorCode =
  | "MUX_STREAM_LIMIT"
  | "MUX_DUPLICATE_NAME"
  | "MUX_INVALID_NAME"
  | "MUX_INVALID_PRIORITY"
  | "MUX_INVALID_RST_CODE"
  | "MUX_STREAM_IDS_EXHAUSTED"
  | "MUX_UNAUTHENTICATED"
  | "MUX_SESSION_ENDED";

/** A mistake of the caller, or a bound it ran into. */
export class MuxError extends Error {
  readonly code: MuxErrorCode;
  /** What can be done about it. */
  readonly hint: string;

  constructor(code: MuxErrorCode, message: string, hint: string) {
    super(message);
    this.name = "MuxError";
    this.code = code;
    this.hint = hint;
  }
}
