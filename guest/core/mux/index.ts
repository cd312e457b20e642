/** The door of the mux room. */
export { MAX_OPEN_STREAMS_PER_OPENER, RstCode } from "./constants.ts";
export type { AcceptStream } from "./inbound.ts";
export { DEFAULT_MUX_LIMITS } from "./limits.ts";
export type { MuxLimits } from "./limits.ts";
export { MuxError } from "./mux-error.ts";
export type { MuxErrorCode, RejectLabel } from "./mux-error.ts";
export type { MuxEvent, MuxSessionEnd } from "./mux-event.ts";
export { KEEPALIVE_REASON, MuxSession } from "./mux-session.ts";
export type { MuxSessionOptions } from "./mux-session.ts";
export type { MuxStats } from "./mux-stats.ts";
export type { MuxStream, MuxStreamState, StreamReset } from "./mux-stream.ts";
