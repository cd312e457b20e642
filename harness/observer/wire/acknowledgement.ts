/** What `ack`, its bitmap and ranges name and cover (dsoftbus-transport.md#5-acknowledgement-and-recovery). */
import { broken, type Reading } from "./reading.ts";

/** From `first` to `last`, both of them in it. */
export interface PnRun {
  readonly first: number;
  readonly last: number;
}

export interface NamedReport {
  readonly ack: number;
  readonly bits: number;
  /** As they stand in an ACK: the highest first. */
  readonly ranges: readonly PnRun[];
}

export const BITMAP_PNS = 32;

/** @returns the runs of pns that it names, the highest first, or the rule that it breaks */
export function readNamed({ ack, bits, ranges }: NamedReport): Reading<readonly PnRun[]> {
  if (ack === 0) {
    if (bits !== 0 || ranges.length > 0) return broken("RX-66", "ack 0 with bits or ranges");
    return { value: [] };
  }
  const named: { first: number; last: number }[] = [{ first: ack, last: ack }];
  for (let bit = 0; bit < BITMAP_PNS; bit += 1) {
    if (((bits >>> bit) & 1) === 0) continue;
    const pn = ack - 1 - bit;
    if (pn < 1) return broken("RX-67", `ack ${ack} with bit ${bit}, which stands for pn ${pn}`);
    addBelow(named, pn, pn);
  }
  let ceiling = ack - BITMAP_PNS - 1;
  for (const [index, { first, last }] of ranges.entries()) {
    if (first < 1 || first > last || (index === 0 && last > ceiling)) {
      return broken("RX-68", `range ${first} .. ${last} under ack ${ack}`);
    }
    if (last > ceiling) return broken("RX-69", `range ${first} .. ${last}, where at most ${ceiling} may follow`);
    ceiling = first - 2;
    addBelow(named, first, last);
  }
  return { value: named };
}

/** @returns the lowest pn of which it says whether it was received; 1 if it names nothing */
export function coveredFrom({ ack, ranges }: NamedReport): number {
  return ranges.at(-1)?.first ?? Math.max(1, ack - BITMAP_PNS);
}

function addBelow(named: { first: number; last: number }[], first: number, last: number): void {
  const lowest = named.at(-1);
  if (lowest !== undefined && lowest.first === last + 1) lowest.first = first;
  else named.push({ first, last });
}
