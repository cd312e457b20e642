import type { ConnectionEnd } from "../connection-end.ts";
import type { RejectLabel } from "./mux-error.ts";
import type { MuxStream } from "./mux-stream.ts";

/** How a session ended. */
export interface MuxSessionEnd {
  readonly cause:
    | "rejected" // a frame of the peer was refused: `label` says why
    | "keepalive" // nothing came for 9 ticks
    | "peer-finished" // the peer ended its direction of the transport between two frames
    | "transport-ended" // `end` says how
    | "closed"; // by this side's `close`
  readonly label: RejectLabel | undefined;
  /** How the transport ended, if it has. */
  readonly end: ConnectionEnd | undefined;
}

export type MuxEvent =
  /** The peer opened it. */
  | { readonly type: "stream-accepted"; readonly stream: MuxStream }
  /** The peer accepted ours. */
  | { readonly type: "stream-opened"; readonly stream: MuxStream }
  | { readonly type: "readable"; readonly stream: MuxStream }
  /** After a short write: half of the send buffer is free. */
  | { readonly type: "writable"; readonly stream: MuxStream }
  /** The peer ended its direction; what is unread stays readable. */
  | { readonly type: "finished"; readonly stream: MuxStream }
  | { readonly type: "reset"; readonly stream: MuxStream; readonly code: number; readonly by: "local" | "peer" }
  | ({ readonly type: "session-ended" } & MuxSessionEnd);
