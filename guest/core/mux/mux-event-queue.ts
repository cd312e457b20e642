import type { MuxEvent, MuxSessionEnd } from "./mux-event.ts";
import type { StreamRecord } from "./stream-record.ts";

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
