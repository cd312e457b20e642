/**
 * Remembers what a congestion event destroyed, until every packet whose loss it was blamed on has been acknowledged after all,
 * or one of them is forgotten (dsoftbus-transport.md#7-congestion-control). Only the latest event can be undone.
 */
export class SpuriousUndo<Saved> {
  #saved: Saved | undefined;
  /** Packets above this number belong to the event. */
  #after = 0;
  #missing = 0;

  /** @param after packets up to this number belong to an earlier event */
  begin(saved: Saved, after: number): void {
    this.#saved = saved;
    this.#after = after;
    this.#missing = 0;
  }

  onLost(packetNumber: number): void {
    if (packetNumber > this.#after) this.#missing += 1;
  }

  /** @returns what to restore, once the last missing packet was acknowledged */
  onSpurious(packetNumber: number): Saved | undefined {
    if (this.#saved === undefined || packetNumber <= this.#after) return undefined;
    this.#missing -= 1;
    if (this.#missing > 0) return undefined;
    const saved = this.#saved;
    this.#saved = undefined;
    return saved;
  }

  onForgotten(packetNumber: number): void {
    if (packetNumber > this.#after) this.#saved = undefined;
  }
}
