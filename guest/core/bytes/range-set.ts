/** From `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

interface GrowingRange {
  start: number;
  end: number;
}

/**
 * Whole numbers as a sorted list of ranges that neither overlap nor touch: packet numbers or stream offsets. Look-up by binary
 * search; most changes happen at an end of the list, where they cost nothing to move.
 */
export class RangeSet {
  #ranges: GrowingRange[] = [];

  get count(): number {
    return this.#ranges.length;
  }

  get first(): Range | undefined {
    return this.#ranges[0];
  }

  at(index: number): Range | undefined {
    return this.#ranges[index];
  }

  values(): readonly Range[] {
    return this.#ranges;
  }

  has(value: number): boolean {
    const range = this.#ranges[this.#firstEndingAfter(value)];
    return range !== undefined && range.start <= value;
  }

  add(start: number, end: number): void {
    if (start >= end) return;
    // Ranges that touch are merged too: hence the first that ends at `start` or later.
    const from = this.#firstEndingAfter(start - 1);
    let to = from;
    let mergedStart = start;
    let mergedEnd = end;
    for (let range = this.#ranges[to]; range !== undefined && range.start <= end; range = this.#ranges[to]) {
      mergedStart = Math.min(mergedStart, range.start);
      mergedEnd = Math.max(mergedEnd, range.end);
      to += 1;
    }
    const grown = this.#ranges[from];
    if (grown === undefined) {
      const added = { start: mergedStart, end: mergedEnd };
      // Most sets have one range: an empty array would make room for 17.
      if (this.#ranges.length === 0) this.#ranges = [added];
      else this.#ranges.push(added);
    } else if (to === from + 1) {
      // Where it is: packet numbers of a transfer come one by one, all of them into one range.
      grown.start = mergedStart;
      grown.end = mergedEnd;
    } else {
      this.#ranges.splice(from, to - from, { start: mergedStart, end: mergedEnd });
    }
  }

  remove(start: number, end: number): void {
    if (start >= end) return;
    const from = this.#firstEndingAfter(start);
    if (this.#removeInPlace(from, start, end)) return;
    let to = from;
    const kept: GrowingRange[] = [];
    for (let range = this.#ranges[to]; range !== undefined && range.start < end; range = this.#ranges[to]) {
      if (range.start < start) kept.push({ start: range.start, end: start });
      if (range.end > end) kept.push({ start: end, end: range.end });
      to += 1;
    }
    this.#ranges.splice(from, to - from, ...kept);
  }

  /** What needs no new array, as most removals don't: an end of one range, or all of the last one. @returns whether that was all */
  #removeInPlace(index: number, start: number, end: number): boolean {
    const range = this.#ranges[index];
    if (range === undefined || range.start >= end) return true;
    const isLast = index === this.#ranges.length - 1;
    if (range.end < end && !isLast) return false;
    const keepsStart = range.start < start;
    const keepsEnd = range.end > end;
    if (keepsStart === keepsEnd) {
      if (keepsStart || !isLast) return false;
      this.#ranges.pop();
    } else if (keepsStart) {
      range.end = start;
    } else {
      range.start = end;
    }
    return true;
  }

  /** @returns what of `start` .. `end` is not in the set, ascending */
  gaps(start: number, end: number): Range[] {
    const gaps: Range[] = [];
    let at = start;
    for (let index = this.#firstEndingAfter(start); at < end; index += 1) {
      const range = this.#ranges[index];
      if (range === undefined || range.start >= end) break;
      if (range.start > at) gaps.push({ start: at, end: range.start });
      at = range.end;
    }
    if (at < end) gaps.push({ start: at, end });
    return gaps;
  }

  clear(): void {
    this.#ranges = [];
  }

  /** @returns the index of the first range with `end > value` */
  #firstEndingAfter(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.end ?? 0) > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
