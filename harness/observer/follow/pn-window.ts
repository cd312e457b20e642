/** Something about each of the latest pns, in their order, in whatever order they are seen. */

export interface Neighbours<T> {
  /** Of the next lower and the next higher pn that is known. */
  readonly before: T | undefined;
  readonly after: T | undefined;
}

const WINDOW_PNS = 4_096;

export class PnWindow<T> {
  readonly #capacity: number;
  #pns: number[] = [];
  #values: T[] = [];

  constructor(capacity = WINDOW_PNS) {
    this.#capacity = capacity;
  }

  get(pn: number): T | undefined {
    const index = this.#lowerBound(pn);
    return this.#pns[index] === pn ? this.#values[index] : undefined;
  }

  /** @returns its neighbours; undefined if it is too old to have a place, or has one */
  insert(pn: number, value: T): Neighbours<T> | undefined {
    const index = this.#lowerBound(pn);
    if (this.#pns[index] === pn || (index === 0 && this.#pns.length >= this.#capacity)) return undefined;
    const neighbours = { before: this.#values[index - 1], after: this.#values[index] };
    if (index === this.#pns.length) {
      this.#pns.push(pn);
      this.#values.push(value);
    } else {
      this.#pns.splice(index, 0, pn);
      this.#values.splice(index, 0, value);
    }
    if (this.#pns.length >= 2 * this.#capacity) {
      this.#pns = this.#pns.slice(-this.#capacity);
      this.#values = this.#values.slice(-this.#capacity);
    }
    return neighbours;
  }

  /** @returns those from `first` to `last`, ascending */
  within(first: number, last: number): T[] {
    const from = this.#lowerBound(first);
    let to = from;
    while (to < this.#pns.length && (this.#pns[to] ?? 0) <= last) to += 1;
    return this.#values.slice(from, to);
  }

  #lowerBound(pn: number): number {
    let low = 0;
    let high = this.#pns.length;
    if (high > 0 && (this.#pns[high - 1] ?? 0) < pn) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pns[middle] ?? 0) < pn) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
