import { MAX_STREAM_CREDIT_BYTES, RstCode } from "./constants.ts";
import { ChurnBudget } from "./churn-budget.ts";
import type { ControlQueue } from "./control-queue.ts";
import type { MuxEventQueue } from "./mux-event.ts";
import type { ControlFrame } from "./frame.ts";
import type { FrameSink } from "./frame-decoder.ts";
import type { MuxLimits } from "./limits.ts";
import { MuxReject } from "./mux-error.ts";
import type { MuxCounters } from "./mux-stats.ts";
import { countReject } from "./mux-stats.ts";
import type { FrameSender } from "./frame-sender.ts";
import type { StreamOwner, StreamRecord } from "./stream-record.ts";
import type { StreamTable } from "./stream-table.ts";

/** Whether to take a stream of the peer: true, false (NO_SERVICE), or the code of the RST that answers it. */
export type AcceptStream = (name: string, priority: number) => boolean | number;

export interface InboundParts {
  readonly limits: MuxLimits;
  readonly table: StreamTable;
  readonly control: ControlQueue;
  readonly outbound: FrameSender;
  readonly events: MuxEventQueue;
  readonly counters: MuxCounters;
  readonly owner: StreamOwner;
  readonly acceptStream: AcceptStream;
  readonly nowMs: number;
}

/** What frames of the peer do to the streams; what they may not do throws `MuxReject`. */
export class FrameReceiver implements FrameSink {
  readonly #parts: InboundParts;
  readonly #churn: ChurnBudget;
  #nowMs: number;
  /** Of the DATA frame that is passing; undefined if its stream is closed and it is discarded. */
  #dataRecord: StreamRecord | undefined;

  constructor(parts: InboundParts) {
    this.#parts = parts;
    this.#churn = new ChurnBudget(parts.limits.churnPerSecond, parts.nowMs);
    this.#nowMs = parts.nowMs;
  }

  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  onFrame(frame: ControlFrame): void {
    this.#parts.counters.framesReceived += 1;
    switch (frame.type) {
      case "ping":
        this.#parts.counters.pingsReceived += 1;
        this.#parts.control.pong(frame.token);
        return;
      case "pong":
        return;
      case "open":
        this.#onOpen(frame);
        return;
      case "rst":
        this.#onReset(frame.streamId, frame.code);
        return;
      case "open-ack":
      case "window-update":
      case "close":
        this.#onStreamFrame(frame);
    }
  }

  onDataStart(streamId: number, lengthBytes: number): void {
    this.#parts.counters.framesReceived += 1;
    const record = this.#findLive(streamId);
    this.#dataRecord = record;
    if (record === undefined) return;
    requirePeerMaySend(record, "DATA");
    if (!record.receive.spendCredit(lengthBytes)) {
      throw creditError(`DATA of ${lengthBytes} bytes against ${record.receive.outstandingCreditBytes} of credit`);
    }
    this.#parts.counters.dataBytesReceived += lengthBytes;
  }

  onDataBytes(_streamId: number, bytes: Uint8Array): void {
    const record = this.#dataRecord;
    // Reset by its user while the frame was passing: the rest is discarded.
    if (record === undefined || record.resetCause !== undefined) return;
    record.receive.push(bytes);
    this.#parts.events.note(record, "readable");
  }

  #onOpen(frame: Extract<ControlFrame, { type: "open" }>): void {
    const { table, control, counters } = this.#parts;
    const { streamId, name, priority, creditBytes } = frame;
    table.claimPeerId(streamId);
    if (creditBytes > MAX_STREAM_CREDIT_BYTES) throw creditError(`OPEN grants ${creditBytes} bytes`);
    if (!this.#churn.spend(this.#nowMs)) return control.refuse(streamId, RstCode.BUSY);
    if (!table.hasSlot("peer")) {
      countReject(counters, "mux.reject.stream_limit_exceeded");
      return control.refuse(streamId, RstCode.LIMIT);
    }
    if (table.hasPeerName(name)) {
      countReject(counters, "mux.reject.duplicate_stream_name");
      return control.refuse(streamId, RstCode.DUPLICATE_NAME);
    }
    const answer = this.#parts.acceptStream(name, priority);
    if (answer !== true) return control.refuse(streamId, answer === false ? RstCode.NO_SERVICE : answer);
    const record = table.addPeer(streamId, name, priority, creditBytes, this.#parts.owner);
    control.acknowledge(record);
    this.#parts.events.note(record, "stream-accepted");
  }

  #onStreamFrame(frame: Extract<ControlFrame, { type: "open-ack" | "window-update" | "close" }>): void {
    const record = this.#findLive(frame.streamId);
    if (record === undefined) {
      if (frame.type === "close") this.#onCloseOfReset(frame.streamId);
      return;
    }
    switch (frame.type) {
      case "open-ack":
        return this.#onOpenAck(record, frame.creditBytes);
      case "window-update":
        return this.#onCredit(record, frame.deltaBytes);
      case "close":
        return this.#onClose(record);
    }
  }

  #onOpenAck(record: StreamRecord, creditBytes: number): void {
    if (record.openedBy === "peer") throw transitionError(`OPEN_ACK for stream ${record.id}, which the peer opened`);
    if (record.isAcknowledged) throw transitionError(`second OPEN_ACK for stream ${record.id}`);
    record.isAcknowledged = true;
    this.#onCredit(record, creditBytes);
    this.#parts.events.note(record, "stream-opened");
  }

  #onCredit(record: StreamRecord, bytes: number): void {
    if (!record.send.addCredit(bytes)) {
      throw creditError(`${bytes} bytes for stream ${record.id}, which holds ${record.send.creditBytes}`);
    }
    this.#parts.outbound.refresh(record);
  }

  #onClose(record: StreamRecord): void {
    requirePeerMaySend(record, "CLOSE");
    record.receive.finish();
    this.#parts.events.note(record, "finished");
    this.#parts.table.settle(record);
  }

  /**
   * The peer closed a stream that we closed, then reset, before our RST left: to the peer it is closed, and its next OPEN may
   * already count on the slot and the name.
   */
  #onCloseOfReset(streamId: number): void {
    const { table, control } = this.#parts;
    const record = table.get(streamId);
    if (record === undefined || !record.isResetPending || !record.wasClosedBeforeReset) return;
    control.dropAll(streamId, record);
    record.isResetPending = false;
    table.settle(record);
  }

  /** Never answered, and takes back what we were about to say about the stream. */
  #onReset(streamId: number, code: number): void {
    const { table, control, outbound, events } = this.#parts;
    if (!table.wasOpened(streamId)) throw unknownStream(streamId);
    const record = table.get(streamId);
    control.dropAll(streamId, record);
    if (record === undefined) return;
    if (record.resetCause !== undefined) record.isResetPending = false;
    else if (!record.isDoneOnWire) {
      record.markReset({ code, by: "peer" });
      outbound.refresh(record);
      events.note(record, "reset");
    }
    table.settle(record);
  }

  /** @returns the stream, or undefined if it is closed or reset and its frames are discarded */
  #findLive(streamId: number): StreamRecord | undefined {
    if (!this.#parts.table.wasOpened(streamId)) throw unknownStream(streamId);
    const record = this.#parts.table.get(streamId);
    if (record !== undefined && record.resetCause === undefined && !record.isDoneOnWire) return record;
    this.#parts.counters.framesDiscarded += 1;
    return undefined;
  }
}

function requirePeerMaySend(record: StreamRecord, what: string): void {
  if (record.receive.isFinished) throw transitionError(`${what} on stream ${record.id} after its CLOSE`);
  if (record.openedBy === "local" && !record.isAcknowledged) {
    throw transitionError(`${what} on stream ${record.id} before OPEN_ACK`);
  }
}

function transitionError(detail: string): MuxReject {
  return new MuxReject("mux.reject.invalid_stream_state_transition", detail);
}

function creditError(detail: string): MuxReject {
  return new MuxReject("mux.reject.window_credit_overflow_or_underflow", detail);
}

function unknownStream(streamId: number): MuxReject {
  return new MuxReject("mux.reject.unknown_stream_frame", `stream ${streamId} was never opened`);
}
