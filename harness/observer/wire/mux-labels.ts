/** Reasons with which a session is closed for a rejected frame (dsoftbus-transport.md#12-mux-v2). */

const PREFIX = "mux.reject.";
const LABELS = [
  "frame_oversize",
  "malformed_frame",
  "invalid_stream_state_transition",
  "window_credit_overflow_or_underflow",
  "unknown_stream_frame",
  "unauthenticated_session",
  "stream_limit_exceeded",
  "duplicate_stream_name",
  "invalid_stream_name",
];

/** @returns undefined for a reason that is no label; else whether there is such a one */
export function isKnownMuxLabel(reason: string): boolean | undefined {
  return reason.startsWith(PREFIX) ? LABELS.includes(reason.slice(PREFIX.length)) : undefined;
}
