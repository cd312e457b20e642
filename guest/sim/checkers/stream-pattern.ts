/**
 * Stream contents that tell their own place: byte `i` of a stream is a function of (key, i). So a reader knows without a copy
 * whether what was delivered is a prefix of what was sent.
 */
import { draw32 } from "../links/draw.ts";
import { CheckViolation } from "./violation.ts";
import type { DrawKey } from "../links/draw.ts";

/** @returns bytes `offset` to `offset + length` of the stream */
export function patternBytes(key: DrawKey, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const position = offset + at;
    const word = draw32(key, Math.floor(position / 4), 0);
    for (let lane = position % 4; lane < 4 && at < length; lane++) bytes[at++] = word >>> (8 * lane);
  }
  return bytes;
}

/** Delivered is a prefix of sent, byte by byte. */
export class PrefixChecker {
  readonly #key: DrawKey;
  readonly #name: string;
  #deliveredBytes = 0;

  constructor(key: DrawKey, name: string) {
    this.#key = key;
    this.#name = name;
  }

  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  /** @param writtenBytes what the writer has handed in so far @throws CheckViolation */
  deliver(bytes: Uint8Array, writtenBytes: number): void {
    const expected = patternBytes(this.#key, this.#deliveredBytes, bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === expected[i]) continue;
      throw new CheckViolation("stream-prefix", `${this.#name}: wrong byte at ${this.#deliveredBytes + i}`);
    }
    this.#deliveredBytes += bytes.length;
    if (this.#deliveredBytes > writtenBytes) {
      const message = `${this.#name}: ${this.#deliveredBytes} delivered, ${writtenBytes} written`;
      throw new CheckViolation("stream-prefix", message);
    }
  }
}
