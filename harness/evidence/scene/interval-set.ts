/** How many distinct offsets of a stream were covered, and which were covered twice. */
export class IntervalSet {
  readonly #ranges: { from: number; to: number }[] = [];
  #repeated = 0;

  /** Bytes that came again. */
  get repeatedBytes(): number {
    return this.#repeated;
  }

  get distinctBytes(): number {
    return this.#ranges.reduce((sum, range) => sum + range.to - range.from, 0);
  }

  /** @param to exclusive */
  add(from: number, to: number): void {
    if (to <= from) return;
    const first = this.#firstTouching(from);
    let last = first;
    let merged = { from, to };
    for (let range = this.#ranges[last]; range !== undefined && range.from <= to; range = this.#ranges[++last]) {
      this.#repeated += Math.max(0, Math.min(range.to, to) - Math.max(range.from, from));
      merged = { from: Math.min(merged.from, range.from), to: Math.max(merged.to, range.to) };
    }
    this.#ranges.splice(first, last - first, merged);
  }

  /** Index of the first range that ends at or after `from`. */
  #firstTouching(from: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.to ?? Infinity) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
