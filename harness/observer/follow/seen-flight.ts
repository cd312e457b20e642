/** What is certainly in flight of one sender: everything that it can possibly have taken off is taken off here. */
import type { PnRun } from "../wire/acknowledgement.ts";
import type { KnownReport } from "./end-knowledge.ts";

export interface SentRecordSeen {
  readonly pn: number;
  readonly bytes: number;
  readonly atUs: number;
}

const PACKET_THRESHOLD = 3;
const TIME_THRESHOLD = 9 / 8;
/** Unacknowledged packets that are remembered; older ones were lost long ago. */
const MAX_RECORDS = 8_192;

export class SeenFlight {
  /** Not acknowledged, ascending; from `#head` on. */
  #records: SentRecordSeen[] = [];
  #largestAcknowledged = 0;
  #smallestRttUs: number | undefined;

  get count(): number {
    return this.#records.length;
  }

  get smallestRttUs(): number | undefined {
    return this.#smallestRttUs;
  }

  add(record: SentRecordSeen): void {
    this.#records.push(record);
    if (this.#records.length > MAX_RECORDS) this.#records = this.#records.slice(-MAX_RECORDS / 2);
  }

  /** @returns the packets that were not acknowledged before */
  acknowledge(named: readonly PnRun[], atUs: number): SentRecordSeen[] {
    const found: SentRecordSeen[] = [];
    for (const { first, last } of named) {
      const from = this.#indexOf(first);
      const to = this.#indexOf(last + 1);
      if (from < to) found.push(...this.#records.splice(from, to - from));
    }
    for (const record of found) {
      this.#largestAcknowledged = Math.max(this.#largestAcknowledged, record.pn);
      this.#smallestRttUs = Math.min(this.#smallestRttUs ?? Infinity, atUs - record.atUs);
    }
    return found;
  }

  /** @returns bytes of packets that nothing allows to count as lost yet */
  certainBytes(atUs: number, clockSlackUs: number): number {
    const thresholdUs = (this.#smallestRttUs ?? 0) * TIME_THRESHOLD - clockSlackUs;
    let bytes = 0;
    for (let index = this.#records.length - 1; index >= 0; index -= 1) {
      const record = this.#records[index];
      if (record === undefined || record.pn <= this.#largestAcknowledged - PACKET_THRESHOLD) break;
      const isMaybeLost = record.pn < this.#largestAcknowledged && atUs - record.atUs >= thresholdUs;
      if (!isMaybeLost) bytes += record.bytes;
    }
    return bytes;
  }

  /** @returns pns that this acknowledgement makes lost for whoever has read it, unless another one has named them */
  lostBy({ ack, named, covered }: KnownReport): number[] {
    const lost: number[] = [];
    for (let index = this.#indexOf(covered); index < this.#records.length; index += 1) {
      const pn = this.#records[index]?.pn ?? Infinity;
      if (pn > ack - PACKET_THRESHOLD) break;
      if (!named.some(({ first, last }) => first <= pn && pn <= last)) lost.push(pn);
    }
    return lost;
  }

  #indexOf(pn: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.pn ?? 0) < pn) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
