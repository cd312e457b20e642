import { MAX_UDP_DATAGRAM_BYTES } from "./header.ts";
import { MAX_PLAINTEXT_BYTES } from "./packet-sizes.ts";

/** Where datagrams that are about to leave get their memory. */
export interface DatagramMemory {
  /**
   * For the plaintext of the one packet that is being sealed. Connections share it: who wipes it after its last packet wipes what others
   * left there as well.
   */
  readonly plaintext: Uint8Array;
  /** @param lengthBytes 0 .. 1200 @returns zeros that nobody else has */
  take(lengthBytes: number): Uint8Array;
}

/** An array for each: for who seals one. */
export class SingleDatagrams implements DatagramMemory {
  readonly plaintext = new Uint8Array(MAX_PLAINTEXT_BYTES);

  take(lengthBytes: number): Uint8Array {
    return new Uint8Array(lengthBytes);
  }
}

/** 54 datagrams of full size. */
const SLAB_BYTES = 64 * 1024;

/**
 * Each datagram is a piece of a larger array, no byte of which is ever used twice: arrays of their own cost a twentieth of what a
 * transfer costs its sender. Who keeps one of them keeps the slab.
 */
export class DatagramSlab implements DatagramMemory {
  readonly plaintext = new Uint8Array(MAX_PLAINTEXT_BYTES);
  #slab = new Uint8Array(0);
  #usedBytes = 0;

  take(lengthBytes: number): Uint8Array {
    if (lengthBytes > MAX_UDP_DATAGRAM_BYTES) throw new RangeError(`no datagram has ${lengthBytes} bytes`);
    if (this.#usedBytes + lengthBytes > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#usedBytes = 0;
    }
    const start = this.#usedBytes;
    this.#usedBytes += lengthBytes;
    return this.#slab.subarray(start, this.#usedBytes);
  }
}
