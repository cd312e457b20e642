import { encodeFrame } from "./frame.ts";
import type { PingToken } from "./frame.ts";
import type { MuxLimits } from "./limits.ts";
import { MuxReject } from "./mux-error.ts";
import type { StreamRecord } from "./stream-record.ts";
import type { StreamTable } from "./stream-table.ts";

/**
 * Frames that precede all classes (dsoftbus-transport.md#12-mux-v2), held as state and encoded when they leave: of PING and
 * PONG the latest only, of every other kind at most one per stream. So replies coalesce, and no peer can make them pile up.
 *
 * OPENs are last here, in the order of their ids: in the classes, a low-priority OPEN would be overtaken by one with a higher
 * id.
 */
export class ControlQueue {
  readonly #limits: MuxLimits;
  readonly #table: StreamTable;
  #ping: PingToken | undefined;
  #pong: PingToken | undefined;
  /** Of streams reset here, with their record, and of OPENs refused. */
  readonly #resets = new Map<number, { readonly code: number; readonly record: StreamRecord | undefined }>();
  readonly #acknowledgements = new Set<StreamRecord>();
  readonly #windowUpdates = new Set<StreamRecord>();
  readonly #opens = new Set<StreamRecord>();

  constructor(limits: MuxLimits, table: StreamTable) {
    this.#limits = limits;
    this.#table = table;
  }

  get size(): number {
    const pings = (this.#ping === undefined ? 0 : 1) + (this.#pong === undefined ? 0 : 1);
    return pings + this.#resets.size + this.#acknowledgements.size + this.#windowUpdates.size + this.#opens.size;
  }

  ping(token: PingToken): void {
    this.#ping = token;
  }

  /** Only the latest PING is answered: an answer to it answers all before. */
  pong(token: PingToken): void {
    this.#pong = token;
  }

  open(record: StreamRecord): void {
    this.#opens.add(record);
  }

  acknowledge(record: StreamRecord): void {
    this.#acknowledgements.add(record);
  }

  updateWindow(record: StreamRecord): void {
    this.#windowUpdates.add(record);
  }

  /**
   * Answers an OPEN with RST.
   *
   * @throws MuxReject if too many wait: a peer that keeps to the stream limit has at most 64 OPENs unanswered
   */
  refuse(id: number, code: number): void {
    if (this.#resets.size >= this.#limits.pendingResets) {
      throw new MuxReject("mux.reject.stream_limit_exceeded", `${this.#limits.pendingResets} refusals wait to be sent`);
    }
    this.#resets.set(id, { code, record: undefined });
  }

  /** RST of an open stream; follows its OPEN if that has not left yet. */
  reset(record: StreamRecord, code: number): void {
    this.#acknowledgements.delete(record);
    this.#windowUpdates.delete(record);
    if (record.isOpenSent) this.#resets.set(record.id, { code, record });
  }

  /** The peer reset this id: nothing we have to say about it matters any more. */
  dropAll(id: number, record: StreamRecord | undefined): void {
    this.#resets.delete(id);
    if (record === undefined) return;
    this.#acknowledgements.delete(record);
    this.#windowUpdates.delete(record);
  }

  clear(): void {
    this.#ping = undefined;
    this.#pong = undefined;
    this.#resets.clear();
    this.#acknowledgements.clear();
    this.#windowUpdates.clear();
    this.#opens.clear();
  }

  /**
   * @param smoothedRttMs of the transport, if it measures one
   * @returns the next frame, which must be handed down before anything else, or undefined
   */
  next(nowMs: number, smoothedRttMs: number | undefined): Uint8Array | undefined {
    return (
      this.#nextPong() ??
      this.#nextPing() ??
      this.#nextReset() ??
      this.#nextAcknowledgement() ??
      this.#nextWindowUpdate(nowMs, smoothedRttMs) ??
      this.#nextOpen()
    );
  }

  #nextPong(): Uint8Array | undefined {
    if (this.#pong === undefined) return undefined;
    const frame = encodeFrame({ type: "pong", token: this.#pong });
    this.#pong = undefined;
    return frame;
  }

  #nextPing(): Uint8Array | undefined {
    if (this.#ping === undefined) return undefined;
    const frame = encodeFrame({ type: "ping", token: this.#ping });
    this.#ping = undefined;
    return frame;
  }

  #nextReset(): Uint8Array | undefined {
    for (const [streamId, { code, record }] of this.#resets) {
      this.#resets.delete(streamId);
      if (record !== undefined) {
        record.isResetPending = false;
        this.#table.settle(record);
      }
      return encodeFrame({ type: "rst", streamId, code });
    }
    return undefined;
  }

  #nextAcknowledgement(): Uint8Array | undefined {
    for (const record of this.#acknowledgements) {
      this.#acknowledgements.delete(record);
      return encodeFrame({ type: "open-ack", streamId: record.id, creditBytes: this.#limits.initialCreditBytes });
    }
    return undefined;
  }

  #nextWindowUpdate(nowMs: number, smoothedRttMs: number | undefined): Uint8Array | undefined {
    for (const record of this.#windowUpdates) {
      this.#windowUpdates.delete(record);
      const deltaBytes = record.receive.takeUpdate(nowMs, smoothedRttMs);
      // Nothing to grant any more: the peer finished meanwhile.
      if (deltaBytes > 0) return encodeFrame({ type: "window-update", streamId: record.id, deltaBytes });
    }
    return undefined;
  }

  #nextOpen(): Uint8Array | undefined {
    for (const record of this.#opens) {
      this.#opens.delete(record);
      this.#table.noteOpenSent(record);
      if (record.resetCause !== undefined) this.reset(record, record.resetCause.code);
      const { id: streamId, name, priority } = record;
      return encodeFrame({ type: "open", streamId, priority, creditBytes: this.#limits.initialCreditBytes, name });
    }
    return undefined;
  }
}
