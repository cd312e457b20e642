/**
 * All sent records: those in flight, and lost ones kept a while to recognise a spurious loss. Bounded
 * (dsoftbus-transport.md#5-acknowledgement-and-recovery, dsoftbus-transport.md#9-bounds-and-codes): lost records give way
 * before anything waits, and some are kept free for probes.
 */
import type { PacketNumberRange } from "../packet/acknowledgement.ts";
import { RecordList } from "./record-list.ts";
import type { SentRecord } from "./sent-record.ts";

export interface FlightLimits {
  readonly sentRecords: number;
  readonly probeRecords: number;
}

export class Flight {
  readonly #limits: FlightLimits;
  readonly #onForgotten: (record: SentRecord) => void;
  readonly #inFlight = new RecordList("in-flight");
  readonly #lost = new RecordList("lost");
  #bytes = 0;
  #probes = 0;

  /** @param onForgotten told of each lost record that is given up */
  constructor(limits: FlightLimits, onForgotten: (record: SentRecord) => void) {
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  /** Datagram bytes in flight. */
  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#inFlight.count;
  }

  get lostCount(): number {
    return this.#lost.count;
  }

  get oldest(): SentRecord | undefined {
    return this.#inFlight.oldest;
  }

  /** A record is free for a packet that isn't a probe. */
  get hasRoom(): boolean {
    const keptForProbes = Math.max(0, this.#limits.probeRecords - this.#probes);
    return this.#inFlight.count < this.#limits.sentRecords - keptForProbes;
  }

  /** A probe can be recorded without taking another probe's record. */
  get hasRoomForProbe(): boolean {
    return this.#inFlight.count < this.#limits.sentRecords;
  }

  /** @returns the record that a probe takes over when none is free */
  get oldestProbe(): SentRecord | undefined {
    return this.#inFlight.find((record) => record.isProbe);
  }

  /** @returns the oldest record that satisfies `predicate`, after skipping `skip` such */
  find(predicate: (record: SentRecord) => boolean, skip = 0): SentRecord | undefined {
    return this.#inFlight.find(predicate, skip);
  }

  add(record: SentRecord): void {
    if (this.#inFlight.count + this.#lost.count >= this.#limits.sentRecords) this.#forgetOldestLost();
    this.#inFlight.add(record);
    this.#bytes += record.datagramBytes;
    if (record.isProbe) this.#probes += 1;
  }

  inFlightWithin(range: PacketNumberRange): SentRecord[] {
    return this.#inFlight.within(range.first, range.last);
  }

  lostWithin(range: PacketNumberRange): SentRecord[] {
    return this.#lost.count === 0 ? [] : this.#lost.within(range.first, range.last);
  }

  /** Acknowledged. */
  remove(record: SentRecord): void {
    this.#leave(record, "gone");
  }

  /** Lost, kept for a later acknowledgement. */
  lose(record: SentRecord, nowMs: number): void {
    this.#leave(record, "lost");
    record.lostMs = nowMs;
    this.#lost.add(record);
  }

  /** A lost record was acknowledged after all. */
  removeLost(record: SentRecord): void {
    this.#lost.remove(record, "gone");
  }

  /** Gives up lost records that were lost before `beforeMs`. */
  forgetLost(beforeMs: number): void {
    for (let oldest = this.#lost.oldest; oldest !== undefined && oldest.lostMs < beforeMs; oldest = this.#lost.oldest) {
      this.#forgetOldestLost();
    }
  }

  /** Counted anew from the records, for checkers: must equal `bytes`. */
  recountBytes(): number {
    let bytes = 0;
    this.#inFlight.forEach((record) => {
      bytes += record.datagramBytes;
    });
    return bytes;
  }

  #leave(record: SentRecord, state: "lost" | "gone"): void {
    this.#inFlight.remove(record, state);
    this.#bytes -= record.datagramBytes;
    if (record.isProbe) this.#probes -= 1;
  }

  #forgetOldestLost(): void {
    const oldest = this.#lost.oldest;
    if (oldest === undefined) return;
    this.#lost.remove(oldest, "gone");
    this.#onForgotten(oldest);
  }
}
