/**
 * What was sent and not acknowledged yet, packet by packet. Bounded (dsoftbus-transport.md#5-acknowledgement-and-recovery,
 * dsoftbus-transport.md#9-bounds-and-codes).
 */
import { withItem } from "../../with-item.ts";
import type { PacketNumberRange } from "../packet/packet-content.ts";

export interface FlightLimits {
  readonly sentRecords: number;
  readonly probeRecords: number;
}

/**
 * The records of all packets in flight, and of lost ones, which are kept a while to recognise a spurious loss. At the limit lost
 * records give way first; some records are kept free for probes.
 */
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

  inFlightWithin(range: PacketNumberRange): readonly SentRecord[] {
    return this.#inFlight.count === 0 ? NO_RECORDS : this.#inFlight.within(range.first, range.last);
  }

  lostWithin(range: PacketNumberRange): readonly SentRecord[] {
    return this.#lost.count === 0 ? NO_RECORDS : this.#lost.within(range.first, range.last);
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

/** What is remembered of one ack-eliciting packet until it is acknowledged or given up. */
export interface SentRecord {
  readonly packetNumber: number;
  readonly sentMs: number;
  /** Of the datagram: what counts as in flight. */
  readonly datagramBytes: number;
  /** Stream range; of a PING `length` is 0 and `isFin` false. */
  readonly offset: number;
  readonly length: number;
  readonly isFin: boolean;
  readonly isProbe: boolean;
  /** How many ack-eliciting packets were sent before. */
  readonly elicitingIndex: number;
  /** What this packet reported: retires once it is acknowledged. */
  readonly reportedAck: number;
  readonly reportedBits: number;
  state: "in-flight" | "lost" | "gone";
  /** When it was declared lost; 0 before. */
  lostMs: number;
}

const NO_RECORDS: readonly SentRecord[] = [];
const COMPACT_SLACK = 64;

/**
 * Sent records in order of packet number. Removal leaves the slot in place until half of the list is such slots, so that
 * every operation is a binary search or less, amortised.
 */
class RecordList {
  readonly #state: SentRecord["state"];
  #slots: SentRecord[] = [];
  #head = 0;
  #count = 0;

  /** @param state what the records of this list are in; a slot whose record is in another one is empty */
  constructor(state: SentRecord["state"]) {
    this.#state = state;
  }

  get count(): number {
    return this.#count;
  }

  /** The lowest packet number. */
  get oldest(): SentRecord | undefined {
    this.#skipEmpty();
    return this.#slots[this.#head];
  }

  /** @param record already in the state of this list */
  add(record: SentRecord): void {
    this.#count += 1;
    const last = this.#slots.at(-1);
    if (last === undefined) this.#slots = [record];
    else if (last.packetNumber < record.packetNumber) this.#slots.push(record);
    else this.#slots.splice(this.#lowerBound(record.packetNumber), 0, record);
  }

  /** @param state where the record goes: never the state of this list */
  remove(record: SentRecord, state: SentRecord["state"]): void {
    record.state = state;
    this.#count -= 1;
    if (this.#slots.length - this.#count > this.#count + COMPACT_SLACK) this.#compact();
  }

  /** Records with `first <= packetNumber <= last`, ascending. The array is not the list's own: they may be removed while it is gone through. */
  within(first: number, last: number): readonly SentRecord[] {
    let found: SentRecord[] | undefined;
    for (let index = this.#lowerBound(first); index < this.#slots.length; index += 1) {
      const record = this.#slots[index];
      if (record === undefined || record.packetNumber > last) break;
      if (record.state === this.#state) found = withItem(found, record);
    }
    return found ?? NO_RECORDS;
  }

  /** @returns the oldest record that satisfies `predicate`, after skipping `skip` such */
  find(predicate: (record: SentRecord) => boolean, skip = 0): SentRecord | undefined {
    this.#skipEmpty();
    let toSkip = skip;
    for (let index = this.#head; index < this.#slots.length; index += 1) {
      const record = this.#slots[index];
      if (record === undefined || record.state !== this.#state || !predicate(record)) continue;
      if (toSkip === 0) return record;
      toSkip -= 1;
    }
    return undefined;
  }

  /** Walks everything: for statistics and checkers only. */
  forEach(visit: (record: SentRecord) => void): void {
    for (const record of this.#slots) if (record.state === this.#state) visit(record);
  }

  #skipEmpty(): void {
    while (this.#head < this.#slots.length && this.#slots[this.#head]?.state !== this.#state) this.#head += 1;
    if (this.#head === this.#slots.length) {
      if (this.#head > 0) this.#slots = [];
      this.#head = 0;
    }
  }

  #compact(): void {
    this.#slots = this.#slots.filter((record) => record.state === this.#state);
    this.#head = 0;
  }

  #lowerBound(packetNumber: number): number {
    let low = this.#head;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle]?.packetNumber ?? 0) < packetNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
