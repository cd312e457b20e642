import { ByteWriter } from "../../bytes/writer.ts";
import { MAX_UDP_DATAGRAM_BYTES } from "./header.ts";
import { MAX_PLAINTEXT_BYTES } from "./packet-sizes.ts";

/** Where datagrams that are about to leave get their memory. */
export interface DatagramMemory {
  /**
   * For the plaintext of the one packet that is being sealed. Connections share it: who wipes it after its last packet wipes what others
   * left there as well.
   */
  readonly plaintext: ByteWriter;
  /** @param lengthBytes 0 .. 1200 @returns an array that nobody else has, to be filled: it may hold bytes of an earlier datagram */
  take(lengthBytes: number): Uint8Array;
}

/** An array for each: for who seals one. */
export class SingleDatagrams implements DatagramMemory {
  readonly plaintext = new ByteWriter(MAX_PLAINTEXT_BYTES);

  take(lengthBytes: number): Uint8Array {
    return new Uint8Array(lengthBytes);
  }
}

/** 13 datagrams of full size. */
const SLAB_BYTES = 16 * 1024;

/**
 * Each datagram is a piece of a larger array: arrays of their own cost a twentieth of what a transfer costs its sender. Who keeps one of
 * them keeps the slab. A slab that is full is used again if nobody needs its datagrams: a fresh one for each 13 is what the collector of
 * many connections has to do most with.
 */
export class DatagramSlab implements DatagramMemory {
  readonly plaintext = new ByteWriter(MAX_PLAINTEXT_BYTES);
  readonly #areDone: () => boolean;
  #slab = new Uint8Array(0);
  #usedBytes = 0;

  /** @param areDone asked when a slab is full: whether nobody needs any datagram that was taken so far. Default: they are needed */
  constructor(areDone: () => boolean = () => false) {
    this.#areDone = areDone;
  }

  take(lengthBytes: number): Uint8Array {
    if (lengthBytes > MAX_UDP_DATAGRAM_BYTES) throw new RangeError(`no datagram has ${lengthBytes} bytes`);
    if (this.#usedBytes + lengthBytes > this.#slab.length) {
      if (this.#slab.length === 0 || !this.#areDone()) this.#slab = new Uint8Array(SLAB_BYTES);
      this.#usedBytes = 0;
    }
    const start = this.#usedBytes;
    this.#usedBytes += lengthBytes;
    return this.#slab.subarray(start, this.#usedBytes);
  }
}
