/**
 * What one packet acknowledges: `ack`, bitmap and (in an ACK) ranges, brought into one form (dsoftbus-transport.md#42-bodies).
 */

/** Packet numbers from `first` to `last`, both included. */
export interface PacketNumberRange {
  readonly first: number;
  readonly last: number;
}

export interface Acknowledgement {
  /** Largest packet number received; 0 for none. */
  readonly largest: number;
  /** Received, descending, neither overlapping nor touching. */
  readonly runs: readonly PacketNumberRange[];
  /** From here up to `largest`, a packet number that no run holds is known to be missing. */
  readonly coveredFrom: number;
}

/** How far below `ack` the bitmap reaches. */
export const BITMAP_BITS = 32;

const NOTHING: Acknowledgement = { largest: 0, runs: [], coveredFrom: 1 };

/**
 * @param ranges of an ACK packet, in wire order; empty for other packets
 * @returns undefined if a rule is broken (dsoftbus-transport.md#42-bodies): the peer is told PROTOCOL
 */
export function readAcknowledgement(
  ack: number,
  ackBits: number,
  ranges: readonly PacketNumberRange[],
): Acknowledgement | undefined {
  if (ack === 0) return ackBits === 0 && ranges.length === 0 ? NOTHING : undefined;
  // Bits that would stand for packet number 0 and below.
  if (ack <= BITMAP_BITS && ackBits >>> (ack - 1) !== 0) return undefined;
  if (!areOrdered(ack, ranges)) return undefined;
  const runs = bitmapRuns(ack, ackBits);
  for (const range of ranges) appendRun(runs, range);
  const lowestRange = ranges.at(-1);
  return { largest: ack, runs, coveredFrom: lowestRange?.first ?? Math.max(1, ack - BITMAP_BITS) };
}

/** @returns what `ack` and the bitmap hold, descending */
export function bitmapRuns(ack: number, ackBits: number): PacketNumberRange[] {
  if (ack === 0) return [];
  if (ackBits >>> 0 === 0xffff_ffff) return [{ first: ack - BITMAP_BITS, last: ack }];
  const runs: PacketNumberRange[] = [];
  let last = ack;
  let first = ack;
  for (let bit = 0; ackBits >>> bit !== 0 && bit < BITMAP_BITS; bit += 1) {
    if (((ackBits >>> bit) & 1) === 0) continue;
    const packetNumber = ack - 1 - bit;
    if (packetNumber !== first - 1) {
      runs.push({ first, last });
      last = packetNumber;
    }
    first = packetNumber;
  }
  runs.push({ first, last });
  return runs;
}

/** Descending, `first <= last <= ack - 33`, each `last` below the previous `first` - 1. */
function areOrdered(ack: number, ranges: readonly PacketNumberRange[]): boolean {
  let ceiling = ack - BITMAP_BITS - 1;
  for (const { first, last } of ranges) {
    if (first < 1 || first > last || last > ceiling) return false;
    ceiling = first - 2;
  }
  return true;
}

/** The first range may touch the lowest run of the bitmap: then both are one. */
function appendRun(runs: PacketNumberRange[], range: PacketNumberRange): void {
  const lowest = runs.at(-1);
  if (lowest !== undefined && range.last === lowest.first - 1) {
    runs[runs.length - 1] = { first: range.first, last: lowest.last };
  } else {
    runs.push(range);
  }
}
