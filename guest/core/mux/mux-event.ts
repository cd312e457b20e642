/** What a mux session tells its driver. */
import type { ConnectionEnd } from "../connection-end.ts";
import type { RejectLabel } from "./mux-error.ts";
import type { MuxStream } from "./mux-stream.ts";
import type { StreamRecord } from "./stream-record.ts";

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

/** In the order in which events of one stream are told. */
const STREAM_EVENTS = ["stream-accepted", "stream-opened", "readable", "writable", "finished", "reset"] as const;
export type StreamEventName = (typeof STREAM_EVENTS)[number];

/** Events that wait to be taken: each at most once per stream, so it can't outgrow the streams. */
export class MuxEventQueue {
  #pending = new Map<StreamRecord, Set<StreamEventName>>();
  #sessionEnd: MuxSessionEnd | undefined;

  /** Streams with events. */
  get size(): number {
    return this.#pending.size;
  }

  note(record: StreamRecord, name: StreamEventName): void {
    const names = this.#pending.get(record);
    if (names === undefined) this.#pending.set(record, new Set([name]));
    else names.add(name);
  }

  noteSessionEnd(end: MuxSessionEnd): void {
    this.#sessionEnd = end;
  }

  take(): MuxEvent[] {
    const events: MuxEvent[] = [];
    for (const [stream, names] of this.#pending) {
      for (const type of STREAM_EVENTS) {
        if (!names.has(type)) continue;
        if (type !== "reset") events.push({ type, stream });
        else if (stream.resetCause !== undefined) events.push({ type, stream, ...stream.resetCause });
      }
    }
    this.#pending = new Map();
    if (this.#sessionEnd !== undefined) events.push({ type: "session-ended", ...this.#sessionEnd });
    this.#sessionEnd = undefined;
    return events;
  }
}
