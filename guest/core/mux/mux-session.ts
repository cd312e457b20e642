/**
 * Mux v2 (dsoftbus-transport.md#12-mux-v2): many streams with priorities over one byte stream, sans-IO. Runs unchanged over
 * udp-sec and tcp.
 *
 * The driver calls `pump` after the transport made progress, after stream calls, and at `nextDeadlineMs`; then `takeEvents`.
 */
import type { ByteStream } from "../byte-stream.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";
import { ByteWriter } from "../bytes/writer.ts";
import { CloseCode } from "../connection-end.ts";
import type { EndpointBudget } from "../endpoint-budget.ts";
import { MAX_NAME_BYTES, PRIORITY_CLASSES } from "./constants.ts";
import { ControlQueue } from "./control-queue.ts";
import { type MuxEvent, MuxEventQueue, type MuxSessionEnd } from "./mux-event.ts";
import { FrameDecoder } from "./frame-decoder.ts";
import { FrameReceiver } from "./frame-receiver.ts";
import type { AcceptStream } from "./frame-receiver.ts";
import { Keepalive } from "./keepalive.ts";
import { DEFAULT_MUX_LIMITS } from "./limits.ts";
import type { MuxLimits } from "./limits.ts";
import { MuxError, MuxReject } from "./mux-error.ts";
import type { RejectLabel } from "./mux-error.ts";
import { countReject, newMuxCounters, sumStreams } from "./mux-stats.ts";
import type { MuxStats } from "./mux-stats.ts";
import type { MuxStream } from "./mux-stream.ts";
import { FrameSender } from "./frame-sender.ts";
import type { StreamOwner, StreamRecord } from "./stream-record.ts";
import { StreamTable } from "./stream-table.ts";

/** Reason of the CLOSE that ends a silent session. */
export const KEEPALIVE_REASON = "mux.keepalive.timeout";

const READ_CHUNK_BYTES = 64 * 1024;

export interface MuxSessionOptions {
  /** The authenticated connection below. Its role decides whose ids are odd. */
  readonly transport: ByteStream;
  readonly nowMs: number;
  readonly limits?: MuxLimits;
  /** Of the endpoint: tuned credit counts against it. Undefined: the limits of the session alone bound it. */
  readonly budget?: EndpointBudget | undefined;
  /** Asked for each OPEN within the bounds; without it, every stream is refused with NO_SERVICE. */
  readonly acceptStream?: AcceptStream;
}

export class MuxSession {
  readonly #transport: ByteStream;
  readonly #limits: MuxLimits;
  readonly #table: StreamTable;
  readonly #control: ControlQueue;
  readonly #sender: FrameSender;
  readonly #receiver: FrameReceiver;
  readonly #decoder: FrameDecoder;
  readonly #events = new MuxEventQueue();
  readonly #counters = newMuxCounters();
  readonly #keepalive: Keepalive;
  readonly #owner: StreamOwner;
  #end: MuxSessionEnd | undefined;
  #isFinishing = false;
  /** When reading stopped because too many events wait: the next `pump` is due at once. */
  #readPausedMs: number | undefined;

  constructor(options: MuxSessionOptions) {
    const limits = options.limits ?? DEFAULT_MUX_LIMITS;
    this.#limits = limits;
    this.#transport = options.transport;
    this.#table = new StreamTable(options.transport.role, limits, options.budget);
    this.#control = new ControlQueue(limits, this.#table);
    this.#sender = new FrameSender(this.#transport, limits, this.#control, this.#table, this.#events, this.#counters);
    this.#keepalive = new Keepalive(limits, limits.pingAfterTicks[options.transport.transport], options.nowMs);
    this.#owner = {
      onWritten: (record) => this.#sender.refresh(record),
      onRead: (record) => this.#onRead(record),
      onResetByUser: (record, code) => this.#onResetByUser(record, code),
    };
    this.#receiver = new FrameReceiver({
      limits,
      table: this.#table,
      control: this.#control,
      outbound: this.#sender,
      events: this.#events,
      counters: this.#counters,
      owner: this.#owner,
      acceptStream: options.acceptStream ?? (() => false),
      nowMs: options.nowMs,
    });
    this.#decoder = new FrameDecoder(this.#receiver);
  }

  /** Why the session ended; undefined while it lives. */
  get end(): MuxSessionEnd | undefined {
    return this.#end;
  }

  /**
   * Opens a stream. Bytes may be written at once; they leave when the peer's OPEN_ACK brought credit.
   *
   * @param name UTF-8, 1 .. 64 bytes, unique among our open streams
   * @param priority 0 (highest) .. 7, for both directions
   * @throws MuxError
   */
  open(name: string, priority: number): MuxStream {
    if (this.#end !== undefined || this.#isFinishing) {
      throw new MuxError("MUX_SESSION_ENDED", "the session ended or is about to", "connect again");
    }
    if (!this.#transport.isEstablished) {
      throw new MuxError("MUX_UNAUTHENTICATED", "the transport is not established", "wait until it is");
    }
    checkName(name);
    if (!Number.isInteger(priority) || priority < 0 || priority >= PRIORITY_CLASSES) {
      throw new MuxError("MUX_INVALID_PRIORITY", `priority ${priority}`, `use 0 (highest) to ${PRIORITY_CLASSES - 1}`);
    }
    const record = this.#table.addLocal(name, priority, this.#owner);
    this.#control.open(record);
    return record;
  }

  /** Reads what is readable below, acts on it, and hands frames down. */
  pump(nowMs: number): void {
    if (this.#end !== undefined) return;
    this.#receive(nowMs);
    if (this.#end === undefined) this.#followTransport(nowMs);
    if (this.#end === undefined) this.#keepAlive(nowMs);
    if (this.#end === undefined) this.#send(nowMs);
  }

  /** When `pump` must be called next though nothing happened. */
  nextDeadlineMs(): number | undefined {
    if (this.#end !== undefined || !this.#transport.isEstablished) return undefined;
    this.#keepalive.noteReceipt(this.#transport.lastReceiptMs);
    return this.#readPausedMs ?? this.#keepalive.nextDeadlineMs;
  }

  /** What happened since the last call. `session-ended` is the last event of all. */
  takeEvents(): MuxEvent[] {
    return this.#events.take();
  }

  /**
   * Ends the session in order: no more streams are opened, what is queued is sent, then the transport's direction is finished.
   * Finish the streams first; the peer's session ends when it has read everything.
   */
  finish(nowMs: number): void {
    this.#isFinishing = true;
    this.pump(nowMs);
  }

  /** Ends session and transport at once. Idempotent. @param code `CloseCode` */
  close(code: number, reason: string, nowMs: number): void {
    if (this.#end !== undefined) return;
    this.#transport.close(code, reason, nowMs);
    this.#endSession("closed", undefined, nowMs);
  }

  stats(): MuxStats {
    const { rejects, ...counters } = this.#counters;
    const sums = sumStreams(this.#table.records());
    return {
      counters: { ...counters },
      rejects: Object.fromEntries(rejects),
      ...sums,
      partialFrameBytes: this.#sender.restBytes,
      heldBytes: sums.heldBytes + this.#sender.restBytes,
      tunedCreditBytes: this.#table.pool.takenBytes,
      pendingControlFrames: this.#control.size,
      pendingEvents: this.#events.size,
      namesInUse: this.#table.namesInUse("local") + this.#table.namesInUse("peer"),
      silentKeepaliveSteps: this.#keepalive.silentSteps,
    };
  }

  #receive(nowMs: number): void {
    const transport = this.#transport;
    if (transport.readableBytes > 0 && !transport.isEstablished && transport.end === undefined) {
      return this.#failClosed("mux.reject.unauthenticated_session", nowMs);
    }
    this.#receiver.setNow(nowMs);
    this.#readPausedMs = undefined;
    try {
      while (this.#events.size < this.#limits.pendingEvents) {
        const bytes = transport.read(READ_CHUNK_BYTES, nowMs);
        if (bytes === undefined) return;
        this.#keepalive.noteReceipt(nowMs);
        this.#decoder.push(bytes);
      }
      if (transport.readableBytes > 0) this.#readPausedMs = nowMs;
    } catch (error) {
      if (!(error instanceof MuxReject)) throw error;
      this.#failClosed(error.label, nowMs);
    }
  }

  /** Ends with the transport, once everything readable was read. */
  #followTransport(nowMs: number): void {
    const transport = this.#transport;
    if (transport.readableBytes > 0) return;
    if (transport.isReadFinished) {
      if (this.#decoder.isMidFrame) return this.#failClosed("mux.reject.malformed_frame", nowMs);
      // Half a frame before our FIN would be malformed: its tail goes first, as soon as there is room.
      if (transport.isEstablished && !this.#sender.completeFrame(nowMs)) return;
      transport.finish(nowMs);
      return this.#endSession("peer-finished", undefined, nowMs);
    }
    if (transport.end !== undefined) this.#endSession("transport-ended", undefined, nowMs);
  }

  #keepAlive(nowMs: number): void {
    if (!this.#transport.isEstablished) return;
    this.#keepalive.noteReceipt(this.#transport.lastReceiptMs);
    switch (this.#keepalive.poll(nowMs)) {
      case "none":
        return;
      case "ping":
        this.#counters.pingsSent += 1;
        return this.#control.ping(new ByteWriter(8).u64(this.#counters.pingsSent).finish());
      case "end":
        this.#transport.close(CloseCode.APPLICATION, KEEPALIVE_REASON, nowMs);
        return this.#endSession("keepalive", undefined, nowMs);
    }
  }

  #send(nowMs: number): void {
    if (!this.#transport.isEstablished) return;
    this.#sender.handDown(nowMs);
    if (this.#isFinishing && this.#sender.isEmpty) this.#transport.finish(nowMs);
  }

  #onRead(record: StreamRecord): void {
    if (this.#end !== undefined) return;
    if (record.receive.isUpdateDue) this.#control.updateWindow(record);
    this.#table.settle(record);
  }

  #onResetByUser(record: StreamRecord, code: number): void {
    if (record.isDoneOnWire || this.#end !== undefined) {
      record.receive.release();
      if (this.#end === undefined) this.#table.settle(record);
      return;
    }
    record.isResetPending = true;
    record.markReset({ code, by: "local" });
    this.#sender.refresh(record);
    this.#control.reset(record, code);
    this.#events.note(record, "reset");
  }

  /** A frame was refused: the two ends disagree about a stream, so the session ends (dsoftbus-transport.md#12-mux-v2). */
  #failClosed(label: RejectLabel, nowMs: number): void {
    countReject(this.#counters, label);
    this.#transport.close(CloseCode.APPLICATION, label, nowMs);
    this.#endSession("rejected", label, nowMs);
  }

  #endSession(cause: MuxSessionEnd["cause"], label: RejectLabel | undefined, nowMs: number): void {
    // Nobody reads it any more, and unread it would hold the endpoint's memory for good.
    while (this.#transport.read(READ_CHUNK_BYTES, nowMs) !== undefined);
    this.#end = { cause, label, end: this.#transport.end };
    this.#table.abandonAll();
    this.#sender.clear();
    this.#events.noteSessionEnd(this.#end);
  }
}

function checkName(name: string): void {
  const isWellFormed = !/\p{Surrogate}/u.test(name);
  const lengthBytes = isWellFormed ? encodeUtf8(name).length : 0;
  if (lengthBytes < 1 || lengthBytes > MAX_NAME_BYTES) {
    throw new MuxError(
      "MUX_INVALID_NAME",
      `stream name of ${lengthBytes} bytes`,
      `use UTF-8 of 1 to ${MAX_NAME_BYTES} bytes`,
    );
  }
}
