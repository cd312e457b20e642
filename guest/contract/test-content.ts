/**
 * The content that bulk transfers carry: a function of a seed and the offset, so that either end can make or check any part of
 * it, with the canary at every 4 KiB, so that the evidence can look for it in clear on the wire.
 */
import { BULK_CANARY } from "./configuration.ts";

export const CANARY_SPACING_BYTES = 4_096;
const CANARY: readonly number[] = Array.from(BULK_CANARY, (letter) => letter.charCodeAt(0));

/** @param offset where in the content to start @returns `length` bytes of the content named by `seed` */
export function testContent(seed: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    const at = offset + index;
    bytes[index] = CANARY[at % CANARY_SPACING_BYTES] ?? mix(seed, at);
  }
  return bytes;
}

/** MurmurHash3's finaliser over seed and offset: enough to look random, cheap enough for an emulated CPU. */
function mix(seed: number, at: number): number {
  let word = Math.imul(at ^ (seed | 0), 0x9e3779b1);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) & 0xff;
}
