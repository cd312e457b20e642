/** All bytes that one end of a TCP connection sent, from its own NIC: without holes, and the same whenever they are sent again. */

const FIRST_BYTES = 16 * 1024;
/** More than any profile transfers in a VM. */
const MOST_BYTES = 64 * 1024 * 1024;

export class SentStream {
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** @param offset at most as far as was sent @returns whether bytes that were sent before are others now */
  add(offset: number, payload: Buffer): boolean {
    const start = Math.max(0, offset);
    const end = offset + payload.length;
    if (end <= start || end > MOST_BYTES) return false;
    const known = Math.min(this.#length, end);
    const differs = !this.#bytes.subarray(start, known).equals(payload.subarray(start - offset, known - offset));
    if (end > this.#length) {
      this.#reserve(end);
      payload.copy(this.#bytes, this.#length, this.#length - offset);
      this.#length = end;
    }
    return differs;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(FIRST_BYTES, 2 * this.#bytes.length, bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
