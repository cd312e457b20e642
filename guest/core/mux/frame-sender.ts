import type { ByteStream } from "../byte-stream.ts";
import { FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES } from "./constants.ts";
import type { ControlQueue } from "./control-queue.ts";
import type { MuxEventQueue } from "./mux-event.ts";
import { encodeFrame, startDataFrame } from "./frame.ts";
import type { MuxLimits } from "./limits.ts";
import type { MuxCounters } from "./mux-stats.ts";
import { PriorityScheduler } from "./priority-scheduler.ts";
import type { StreamRecord } from "./stream-record.ts";
import type { StreamTable } from "./stream-table.ts";

const EMPTY = new Uint8Array(0);

/** What leaves: control frames first, then the streams by priority, while the transport has little unsent. */
export class FrameSender {
  readonly #transport: ByteStream;
  readonly #limits: MuxLimits;
  readonly #control: ControlQueue;
  readonly #table: StreamTable;
  readonly #events: MuxEventQueue;
  readonly #counters: MuxCounters;
  readonly #scheduler: PriorityScheduler<StreamRecord>;
  /** The tail of a frame that the transport had no room for: at most one frame. */
  #rest: Uint8Array = EMPTY;

  constructor(
    transport: ByteStream,
    limits: MuxLimits,
    control: ControlQueue,
    table: StreamTable,
    events: MuxEventQueue,
    counters: MuxCounters,
  ) {
    this.#transport = transport;
    this.#limits = limits;
    this.#control = control;
    this.#table = table;
    this.#events = events;
    this.#counters = counters;
    this.#scheduler = new PriorityScheduler(limits.starvationBudgetFrames);
  }

  /** Bytes of a frame that was begun. */
  get restBytes(): number {
    return this.#rest.length;
  }

  /** No frame waits, sendable or not. */
  get isEmpty(): boolean {
    if (this.#rest.length > 0 || this.#control.size > 0 || this.#scheduler.size > 0) return false;
    for (const record of this.#table.records()) {
      if (record.send.bufferedBytes > 0 || record.send.isCloseNext) return false;
    }
    return true;
  }

  /** To be called when a stream may have become ready, or ceased to be. */
  refresh(record: StreamRecord): void {
    if (record.isReadyToSend) this.#scheduler.add(record.priority, record);
    else this.#scheduler.remove(record.priority, record);
  }

  handDown(nowMs: number): void {
    while (this.#transport.unsentBytes < this.#limits.unsentBelowBytes && this.#transport.writableBytes > 0) {
      if (this.#rest.length === 0) {
        const frame = this.#nextFrame(nowMs);
        if (frame === undefined) return;
        this.#counters.framesSent += 1;
        this.#rest = frame;
      }
      if (!this.completeFrame(nowMs)) return;
    }
  }

  /** Hands down the tail of the frame that was begun, and nothing else. @returns whether none is left */
  completeFrame(nowMs: number): boolean {
    if (this.#rest.length === 0) return true;
    const taken = this.#transport.write(this.#rest, nowMs);
    this.#rest = taken === this.#rest.length ? EMPTY : this.#rest.subarray(taken);
    return this.#rest.length === 0;
  }

  clear(): void {
    this.#rest = EMPTY;
    this.#control.clear();
    this.#scheduler.clear();
  }

  #nextFrame(nowMs: number): Uint8Array | undefined {
    const control = this.#control.next(nowMs, this.#transport.smoothedRttMs);
    if (control !== undefined) return control;
    const record = this.#scheduler.next();
    if (record === undefined) return undefined;
    const frame = record.send.isCloseNext ? this.#closeFrame(record) : this.#dataFrame(record);
    this.refresh(record);
    return frame;
  }

  #dataFrame(record: StreamRecord): Uint8Array {
    // Cut to what the transport takes now: a whole frame leaves no tail behind, and the next turn may be of a higher class.
    const roomBytes = Math.max(1, this.#transport.writableBytes - FRAME_HEADER_BYTES);
    const { frame, payload } = startDataFrame(
      record.id,
      Math.min(record.send.sendableBytes, MAX_PAYLOAD_BYTES, roomBytes),
    );
    record.send.takeInto(payload);
    this.#counters.dataBytesSent += payload.length;
    if (record.send.takeWritable()) this.#events.note(record, "writable");
    return frame;
  }

  #closeFrame(record: StreamRecord): Uint8Array {
    record.send.markClosed();
    this.#table.settle(record);
    return encodeFrame({ type: "close", streamId: record.id });
  }
}
