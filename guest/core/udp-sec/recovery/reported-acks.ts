import type { PacketNumberRange } from "../packet/acknowledgement.ts";
import { bitmapRuns } from "../packet/acknowledgement.ts";

/** A ring, as dsoftbus-transport.md#5-acknowledgement-and-recovery has it. */
const RING_SLOTS = 64;

interface ReportedAck {
  readonly packetNumber: number;
  readonly ack: number;
  readonly bits: number;
  readonly ranges: readonly PacketNumberRange[];
}

/**
 * What the latest 64 packets that elicit no acknowledgement reported: they hold no sent record, yet the peer may acknowledge
 * them, and then what they reported retires.
 */
export class ReportedAcks {
  readonly #ring: (ReportedAck | undefined)[] = [];
  #next = 0;
  #held = 0;
  #unacknowledged = 0;

  /** ACK packets sent since the peer last acknowledged one. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  get heldRanges(): number {
    let held = 0;
    for (const reported of this.#ring) held += reported?.ranges.length ?? 0;
    return held;
  }

  onSent(packetNumber: number, ack: number, bits: number, ranges: readonly PacketNumberRange[]): void {
    if (this.#ring[this.#next] === undefined) this.#held += 1;
    this.#ring[this.#next] = { packetNumber, ack, bits, ranges };
    this.#next = (this.#next + 1) % RING_SLOTS;
    this.#unacknowledged += 1;
  }

  /** The count starts anew: a packet that elicits an acknowledgement is on its way. */
  onElicited(): void {
    this.#unacknowledged = 0;
  }

  /** @returns what the acknowledged packets had reported */
  takeAcknowledged(runs: readonly PacketNumberRange[]): PacketNumberRange[] {
    const reported: PacketNumberRange[] = [];
    for (let index = 0; this.#held > 0 && index < this.#ring.length; index += 1) {
      const entry = this.#ring[index];
      if (entry === undefined || !isWithin(entry.packetNumber, runs)) continue;
      reported.push(...bitmapRuns(entry.ack, entry.bits), ...entry.ranges);
      this.#ring[index] = undefined;
      this.#held -= 1;
      this.#unacknowledged = 0;
    }
    return reported;
  }
}

function isWithin(packetNumber: number, runs: readonly PacketNumberRange[]): boolean {
  for (const { first, last } of runs) if (first <= packetNumber && packetNumber <= last) return true;
  return false;
}
