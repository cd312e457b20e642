/** Constants of Mux v2 (dsoftbus-transport.md#12-mux-v2): both ends must agree on them. Our own choices live in `limits.ts`. */
export const MUX_VERSION = 2;
export const FRAME_HEADER_BYTES = 12;
export const MAX_PAYLOAD_BYTES = 32 * 1024;
export const MAX_NAME_BYTES = 64;
export const PRIORITY_CLASSES = 8;
export const MAX_OPEN_STREAMS_PER_OPENER = 64;
/** A peer may hold at most this much credit for one stream: 100 Mbit/s over a round trip of 100 ms need 1.25 MB. */
export const MAX_STREAM_CREDIT_BYTES = 2 * 1024 * 1024;

export const FrameType = {
  OPEN: 1,
  OPEN_ACK: 2,
  DATA: 3,
  WINDOW_UPDATE: 4,
  RST: 5,
  PING: 6,
  PONG: 7,
  CLOSE: 8,
} as const;

export const RstCode = {
  CANCELLED: 0,
  LIMIT: 1,
  DUPLICATE_NAME: 2,
  NO_SERVICE: 3,
  BUSY: 4,
} as const;
