/** One side of one connection at work: writes its pattern, reads and checks the peer's, finishes. */
import { PrefixChecker, patternBytes } from "../checkers/stream-pattern.ts";
import { drawKey } from "../../../contract/impairment/draw.ts";
import type { ByteStream } from "../../core/index.ts";
import type { DrawKey } from "../../../contract/impairment/draw.ts";
import type { ReadingPlan, SidePlan } from "../plan/scenario.ts";
import type { SideRecord } from "../plan/outcome.ts";

const WRITE_CHUNK_BYTES = 16 * 1024;
const READ_CHUNK_BYTES = 64 * 1024;
const MEBIBYTE = 1024 * 1024;
/** How often a slow reader reads. */
const SLOW_READ_EVERY_MS = 10;

export class StreamSide {
  readonly record: SideRecord;
  readonly #stream: ByteStream;
  readonly #plan: SidePlan;
  readonly #outKey: DrawKey;
  readonly #prefix: PrefixChecker;
  readonly #peerWrittenBytes: () => number;
  #hasFinished = false;
  #finishMs: number | undefined;

  /** @param peerWrittenBytes what the other side has handed in so far */
  constructor(stream: ByteStream, plan: SidePlan, record: SideRecord, seed: number, peerWrittenBytes: () => number) {
    this.record = record;
    this.#stream = stream;
    this.#plan = plan;
    this.#peerWrittenBytes = peerWrittenBytes;
    const keyOf = (role: string): DrawKey => drawKey(seed, "stream", record.session, role);
    this.#outKey = keyOf(record.role);
    const peerRole = record.role === "initiator" ? "responder" : "initiator";
    this.#prefix = new PrefixChecker(keyOf(peerRole), `${record.node} ${record.session}`);
  }

  /** Ended, and what had arrived was read. */
  get isOver(): boolean {
    return this.record.end !== undefined && this.#stream.readableBytes === 0;
  }

  /** Does what can be done now. */
  step(nowMs: number): void {
    this.#read(nowMs);
    this.#write(nowMs);
  }

  /** When to be called again though nothing happens on the wire. */
  nextDeadlineMs(nowMs: number): number | undefined {
    if (this.isOver) return undefined;
    if (!this.#hasFinished && this.#finishMs !== undefined && this.#finishMs > nowMs) return this.#finishMs;
    const reading = this.#plan.reading;
    if (reading === undefined || this.#stream.readableBytes === 0) return undefined;
    if (reading.kind === "slow") return nowMs + SLOW_READ_EVERY_MS;
    const untilMs = this.record.establishedMs + reading.untilMs;
    return untilMs > nowMs ? untilMs : undefined;
  }

  #write(nowMs: number): void {
    if (this.#hasFinished || this.#stream.end !== undefined) return;
    while (this.record.writtenBytes < this.#plan.sendBytes) {
      const left = this.#plan.sendBytes - this.record.writtenBytes;
      const room = Math.min(this.#stream.writableBytes, WRITE_CHUNK_BYTES, left);
      if (room === 0) return;
      const offset = this.record.writtenBytes;
      const taken = this.#stream.write(patternBytes(this.#outKey, offset, room), nowMs);
      this.record.writtenBytes += taken;
      if (taken === 0) return;
    }
    this.#finishMs ??= nowMs + (this.#plan.lingersMs ?? 0);
    if (nowMs < this.#finishMs) return;
    this.#hasFinished = true;
    this.#stream.finish(nowMs);
  }

  #read(nowMs: number): void {
    for (;;) {
      const allowed = this.#allowedBytes(this.#plan.reading, nowMs);
      const bytes = allowed === 0 ? undefined : this.#stream.read(Math.min(allowed, READ_CHUNK_BYTES), nowMs);
      if (bytes === undefined) break;
      this.#prefix.deliver(bytes, this.#peerWrittenBytes());
      this.record.deliveredBytes = this.#prefix.deliveredBytes;
      this.record.lastDeliveryMs = nowMs;
      const { mebibyteMs, deliveredBytes } = this.record;
      while (deliveredBytes >= (mebibyteMs.length + 1) * MEBIBYTE) mebibyteMs.push(nowMs);
    }
    this.record.isReadFinished = this.#stream.isReadFinished;
  }

  #allowedBytes(reading: ReadingPlan | undefined, nowMs: number): number {
    if (reading === undefined) return Infinity;
    const sinceMs = nowMs - this.record.establishedMs;
    if (reading.kind === "pauses") return sinceMs >= reading.fromMs && sinceMs < reading.untilMs ? 0 : Infinity;
    return Math.max(0, Math.floor((sinceMs * reading.bytesPerSecond) / 1000) - this.#prefix.deliveredBytes);
  }
}
