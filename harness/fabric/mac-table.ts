/** Which port an address was last seen at. */

/** A guest has a handful; one that invents addresses pushes out the oldest. */
export const MAX_ADDRESSES = 1_024;

export class MacTable<Port> {
  readonly #ports = new Map<number, Port>();

  get size(): number {
    return this.#ports.size;
  }

  learn(address: number, port: Port): void {
    if (this.#ports.get(address) === port) return;
    this.#ports.delete(address);
    if (this.#ports.size >= MAX_ADDRESSES) {
      const [oldest] = this.#ports.keys();
      if (oldest !== undefined) this.#ports.delete(oldest);
    }
    this.#ports.set(address, port);
  }

  find(address: number): Port | undefined {
    return this.#ports.get(address);
  }
}
