/** A set of whole numbers in runs, for pns and stream offsets. Bounded: what is lowest is forgotten first. */

interface Run {
  readonly first: number;
  readonly last: number;
}

/** A session that loses a packet in a hundred fills it in an hour, and then still knows the last minutes. */
const MAX_RUNS = 65_536;

export class RunSet {
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];
  readonly #maxRuns: number;
  #forgottenThrough = -1;

  constructor(maxRuns = MAX_RUNS) {
    this.#maxRuns = maxRuns;
  }

  /** At or below it nothing is known: neither what is in it, nor what isn't. */
  get forgottenThrough(): number {
    return this.#forgottenThrough;
  }

  get highest(): number | undefined {
    return this.#lasts.at(-1);
  }

  add(first: number, last: number): void {
    let from = Math.max(first, this.#forgottenThrough + 1);
    let to = last;
    if (from > to) return;
    // Runs that touch or overlap become one.
    const begin = this.#indexOf(from - 1);
    let end = begin;
    while (end < this.#firsts.length && (this.#firsts[end] ?? 0) <= to + 1) {
      from = Math.min(from, this.#firsts[end] ?? from);
      to = Math.max(to, this.#lasts[end] ?? to);
      end += 1;
    }
    if (end === begin + 1) {
      this.#firsts[begin] = from;
      this.#lasts[begin] = to;
      return;
    }
    this.#firsts.splice(begin, end - begin, from);
    this.#lasts.splice(begin, end - begin, to);
    if (this.#firsts.length > this.#maxRuns) this.#forget();
  }

  has(value: number): boolean {
    const index = this.#indexOf(value);
    return (this.#firsts[index] ?? Infinity) <= value;
  }

  /** @returns the end of what is in it from `start` on without a gap: `start` itself if that isn't in it */
  endOfRunFrom(start: number): number {
    const index = this.#indexOf(start);
    return (this.#firsts[index] ?? Infinity) <= start ? (this.#lasts[index] ?? start) + 1 : start;
  }

  /** @returns what of `first .. last` is in it, ascending */
  within(first: number, last: number): Run[] {
    const found: Run[] = [];
    for (let index = this.#indexOf(first); index < this.#firsts.length; index += 1) {
      const [from, to] = [this.#firsts[index] ?? 0, this.#lasts[index] ?? 0];
      if (from > last) break;
      found.push({ first: Math.max(from, first), last: Math.min(to, last) });
    }
    return found;
  }

  /** @returns the lowest of `first .. last` that is known not to be in it */
  firstMissing(first: number, last: number): number | undefined {
    const start = Math.max(first, this.#forgottenThrough + 1);
    const end = this.endOfRunFrom(start);
    return end <= last ? end : undefined;
  }

  /** Of the run that holds `value` or the next above it. */
  #indexOf(value: number): number {
    let low = 0;
    let high = this.#lasts.length;
    // Mostly the end is asked for.
    if (high > 0 && (this.#lasts[high - 1] ?? 0) < value) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#lasts[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forget(): void {
    const count = Math.ceil(this.#maxRuns / 4);
    this.#forgottenThrough = this.#lasts[count - 1] ?? this.#forgottenThrough;
    this.#firsts.splice(0, count);
    this.#lasts.splice(0, count);
  }
}
