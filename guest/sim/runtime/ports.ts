/** Ephemeral ports of one host, in turn: never reused within a run. */
const FIRST_EPHEMERAL_PORT = 49_152;

export class PortAllocator {
  #next = FIRST_EPHEMERAL_PORT;

  next(): number {
    const port = this.#next;
    this.#next = port === 65_535 ? FIRST_EPHEMERAL_PORT : port + 1;
    return port;
  }
}
