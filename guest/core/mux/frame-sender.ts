import type { ByteStream } from "../byte-stream.ts";
import { FRAME_HEADER_BYTES, MAX_PAYLOAD_BYTES } from "./constants.ts";
import type { ControlQueue } from "./control-queue.ts";
import type { MuxEventQueue } from "./mux-event.ts";
import { completeDataFrame, encodeFrame } from "./frame.ts";
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
      const isWhole = this.#rest.length > 0 ? this.completeFrame(nowMs) : this.#handNextFrame(nowMs);
      if (!isWhole) return;
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

  /** @returns whether there was one, and the transport took it whole */
  #handNextFrame(nowMs: number): boolean {
    const control = this.#control.next(nowMs, this.#transport.smoothedRttMs);
    if (control !== undefined) return this.#hand(control, nowMs);
    const record = this.#scheduler.next();
    if (record === undefined) return false;
    if (record.send.isCloseNext) this.#hand(this.#closeFrame(record), nowMs);
    else this.#handData(record, nowMs);
    this.refresh(record);
    return this.#rest.length === 0;
  }

  #handData(record: StreamRecord, nowMs: number): void {
    // Cut to what the transport takes now: a whole frame leaves no tail behind, and the next turn may be of a higher class.
    const roomBytes = Math.max(1, this.#transport.writableBytes - FRAME_HEADER_BYTES);
    const payloadBytes = Math.min(record.send.sendableBytes, MAX_PAYLOAD_BYTES, roomBytes);
    record.send.takeFrame(payloadBytes, (frame) => {
      completeDataFrame(frame, record.id);
      this.#hand(frame, nowMs);
    });
    this.#counters.dataBytesSent += payloadBytes;
    if (record.send.takeWritable()) this.#events.note(record, "writable");
  }

  /** @returns whether the transport took it whole */
  #hand(frame: Uint8Array, nowMs: number): boolean {
    this.#counters.framesSent += 1;
    const taken = this.#transport.write(frame, nowMs);
    this.#rest = taken === frame.length ? EMPTY : frame.slice(taken);
    return this.#rest.length === 0;
  }

  #closeFrame(record: StreamRecord): Uint8Array {
    record.send.markClosed();
    this.#table.settle(record);
    return encodeFrame({ type: "close", streamId: record.id });
  }
}
