/** Where two sequences part. */
export interface Difference<T> {
  /** From 0. */
  readonly index: number;
  /** Undefined: this sequence had ended. */
  readonly left: T | undefined;
  readonly right: T | undefined;
}

/** @param keyOf what of an element counts @returns the first place where they differ, an early end included */
export function firstDifference<T>(
  left: readonly T[],
  right: readonly T[],
  keyOf: (element: T) => string,
): Difference<T> | undefined {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [a, b] = [left[index], right[index]];
    if (a !== undefined && b !== undefined && keyOf(a) === keyOf(b)) continue;
    return { index, left: a, right: b };
  }
  return undefined;
}
