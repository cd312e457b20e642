/**
 * Stream contents that tell their own place: byte `i` of a stream is a function of (key, i), with a long period. So a reader knows
 * without a copy whether what was delivered is a prefix of what was sent.
 */
import { draw32 } from "../../../contract/impairment/draw.ts";
import { CheckViolation } from "./violation.ts";
import type { DrawKey } from "../../../contract/impairment/draw.ts";

/** A prime, so that no multiple of a segment's size maps one place onto an equal one. */
const PERIOD_BYTES = 16_381;
const MAX_CACHED_TABLES = 16;
const tables = new Map<DrawKey, Uint8Array>();

/** @returns bytes `offset` to `offset + length` of the stream */
export function patternBytes(key: DrawKey, offset: number, length: number): Uint8Array {
  const table = tableOf(key);
  const bytes = new Uint8Array(length);
  let from = offset % PERIOD_BYTES;
  for (let at = 0; at < length; from = 0) {
    const chunk = table.subarray(from, from + length - at);
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The same contents each time it is made: forgetting it costs time alone. */
function tableOf(key: DrawKey): Uint8Array {
  const known = tables.get(key);
  if (known !== undefined) return known;
  const words = new Uint32Array(Math.ceil(PERIOD_BYTES / 4));
  for (let i = 0; i < words.length; i++) words[i] = draw32(key, i, 0);
  const table = new Uint8Array(words.buffer, 0, PERIOD_BYTES);
  if (tables.size >= MAX_CACHED_TABLES) tables.clear();
  tables.set(key, table);
  return table;
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
    const table = tableOf(this.#key);
    let place = this.#deliveredBytes % PERIOD_BYTES;
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] !== table[place]) {
        throw new CheckViolation("stream-prefix", `${this.#name}: wrong byte at ${this.#deliveredBytes + i}`);
      }
      place = place + 1 === PERIOD_BYTES ? 0 : place + 1;
    }
    this.#deliveredBytes += bytes.length;
    if (this.#deliveredBytes > writtenBytes) {
      const message = `${this.#name}: ${this.#deliveredBytes} delivered, ${writtenBytes} written`;
      throw new CheckViolation("stream-prefix", message);
    }
  }
}
