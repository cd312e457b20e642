import type { TcpConnection } from "../../runtime/runtime.ts";

/** What TCP is handed at a time: two records that hold a whole frame of the mux each. */
const OUTPUT_BYTES = 66 * 1024;

/**
 * Where records are sealed on their way to TCP. One for all connections of a driver, since each hands on what it filled in before another
 * can: so it stays in the processor's cache, and costs a connection nothing.
 */
export class OutputBuffer {
  #bytes: Uint8Array | undefined;

  /**
   * @param fill puts bytes at the beginning of what it is given, and says how many
   * @returns undefined if those were none; else whether TCP takes more now
   */
  send(tcp: TcpConnection, fill: (target: Uint8Array) => number): boolean | undefined {
    this.#bytes ??= new Uint8Array(OUTPUT_BYTES);
    const count = fill(this.#bytes);
    if (count === 0) return undefined;
    const filled = this.#bytes.subarray(0, count);
    // What is written behind something that waits is kept as well. With a whole array for each record, a peer who reads nothing and asks
    // for short answers could make us keep thousands of them.
    if (tcp.queuedBytes > 0) return tcp.write(filled.slice());
    const takesMore = tcp.write(filled);
    // The platform still has to read them.
    if (tcp.queuedBytes > 0) this.#bytes = undefined;
    return takesMore;
  }
}
