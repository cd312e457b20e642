/** The bytes of one direction of a stream, put together from segments in any order: TCP's by sequence, udp-sec's by offset. */

/** More than any profile transfers in a VM. */
export const MAX_STREAM_BYTES = 64 * 1024 * 1024;

export class StreamAssembler {
  readonly #segments = new Map<number, Buffer>();
  readonly #base: number;
  #payloadBytes = 0;

  /** @param firstSequence of the first payload byte, modulo 2^32 */
  constructor(firstSequence: number) {
    this.#base = firstSequence;
  }

  /** Payload bytes seen, repeats included. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** Bytes before the start or beyond the bound are counted, not kept. */
  add(sequence: number, payload: Buffer): void {
    if (payload.length === 0) return;
    this.#payloadBytes += payload.length;
    const offset = (sequence - this.#base) >>> 0;
    if (offset + payload.length > MAX_STREAM_BYTES) return;
    const known = this.#segments.get(offset);
    if (known === undefined || known.length < payload.length) this.#segments.set(offset, payload);
  }

  /** @returns the stream up to its first hole, and whether there is something behind that hole */
  read(): { readonly bytes: Buffer; readonly hasHole: boolean } {
    const parts: Buffer[] = [];
    let end = 0;
    for (const [offset, payload] of [...this.#segments].sort(([a], [b]) => a - b)) {
      if (offset > end) return { bytes: Buffer.concat(parts), hasHole: true };
      if (offset + payload.length <= end) continue;
      parts.push(payload.subarray(end - offset));
      end = offset + payload.length;
    }
    return { bytes: Buffer.concat(parts), hasHole: false };
  }
}

/** @returns how often `needle` occurs */
export function countOccurrences(bytes: Buffer, needle: string): number {
  let found = 0;
  for (let at = bytes.indexOf(needle); at >= 0 && needle !== ""; at = bytes.indexOf(needle, at + needle.length))
    found += 1;
  return found;
}
