/** The first place, of places in rising order, that is not before a value. */
export function firstAtOrAfter(length: number, valueAt: (index: number) => number, wanted: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (valueAt(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @returns the place whose value is nearest, -1 if there is none */
export function nearestTo(length: number, valueAt: (index: number) => number, wanted: number): number {
  const after = firstAtOrAfter(length, valueAt, wanted);
  if (after === 0) return length === 0 ? -1 : 0;
  if (after === length) return length - 1;
  return valueAt(after) - wanted < wanted - valueAt(after - 1) ? after : after - 1;
}
