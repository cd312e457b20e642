/** What ACKs of ours told the peer, until it says that one of them arrived. */
import { bitmapRuns, type PacketNumberRange } from "../packet/packet-content.ts";

const NOTHING: readonly PacketNumberRange[] = [];
const MAX_REPORTS = 64;
/** Below it every report is kept. */
const FEW_REPORTS = 8;

interface ReportedAck {
  readonly packetNumber: number;
  readonly ack: number;
  readonly bits: number;
  readonly ranges: readonly PacketNumberRange[];
}

/**
 * What packets that elicit no acknowledgement reported (dsoftbus-transport.md#5-acknowledgement-and-recovery): they hold no sent record,
 * yet the peer may acknowledge them, and then what they reported retires.
 *
 * At most 64, in order of packet number. When there are more every second gives way, and from then on half as many are kept: on a path
 * where hundreds of ACKs leave within a round trip, the last 64 would be gone each time before the peer's word of one of them came
 * back, and what they list would only grow.
 */
export class ReportedAcks {
  #reports: ReportedAck[] = [];
  #unacknowledged = 0;
  /** Of so many reports one is kept. */
  #stride = 1;
  #sinceKept = 0;

  /** ACK packets sent since the peer last acknowledged one. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  get heldReports(): number {
    return this.#reports.length;
  }

  get heldRanges(): number {
    let held = 0;
    for (const { ranges } of this.#reports) held += ranges.length;
    return held;
  }

  onSent(packetNumber: number, ack: number, bits: number, ranges: readonly PacketNumberRange[]): void {
    this.#unacknowledged += 1;
    this.#sinceKept += 1;
    if (this.#sinceKept < this.#stride) return;
    this.#sinceKept = 0;
    if (this.#reports.length >= MAX_REPORTS) {
      this.#reports = this.#reports.filter((_, index) => index % 2 === 1);
      this.#stride *= 2;
    }
    this.#reports.push({ packetNumber, ack, bits, ranges });
  }

  /** The count starts anew: a packet that elicits an acknowledgement is on its way. */
  onElicited(): void {
    this.#unacknowledged = 0;
  }

  /**
   * @returns what the latest acknowledged of them had reported. Those before it reported nothing that is still to retire, or it had
   *   been listed once more: they are forgotten with it.
   */
  takeAcknowledged(runs: readonly PacketNumberRange[]): readonly PacketNumberRange[] {
    for (let index = this.#reports.length - 1; index >= 0; index -= 1) {
      const report = this.#reports[index];
      if (report === undefined || !isWithin(report.packetNumber, runs)) continue;
      this.#reports.splice(0, index + 1);
      this.#unacknowledged = 0;
      if (this.#reports.length < FEW_REPORTS) this.#stride = 1;
      return [...bitmapRuns(report.ack, report.bits), ...report.ranges];
    }
    return NOTHING;
  }
}

function isWithin(packetNumber: number, runs: readonly PacketNumberRange[]): boolean {
  for (const { first, last } of runs) if (first <= packetNumber && packetNumber <= last) return true;
  return false;
}
