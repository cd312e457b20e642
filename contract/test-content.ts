/**
 * The content that bulk transfers carry: a function of a seed and the offset, so that either end can make or check any part of
 * it, with the canary at every 4 KiB, so that the evidence can look for it in clear on the wire.
 *
 * Block k of 4 KiB: the seed's base block rotated left by 61 k bytes, then the canary at 0 and k (u32 little-endian) at 28. The
 * base block holds 1,024 words (u32 little-endian): MurmurHash3's finaliser over seed and word index. Copies of one block are
 * what an emulated processor can make fast; block numbers and rotation tell every place apart.
 */
import { BULK_CANARY } from "./configuration.ts";

export const CANARY_SPACING_BYTES = 4_096;
const BLOCK_BYTES = CANARY_SPACING_BYTES;
const ROTATION_BYTES = 61;
const BLOCK_NUMBER_AT = 28;
const CANARY = Uint8Array.from(BULK_CANARY, (letter) => letter.charCodeAt(0));

/** @param offset where in the content to start @returns `length` bytes of the content named by `seed` */
export function testContent(seed: number, offset: number, length: number): Uint8Array {
  const base = baseBlock(seed);
  const firstBlock = Math.floor(offset / BLOCK_BYTES);
  const endBlock = Math.ceil((offset + length) / BLOCK_BYTES);
  const blocks = new Uint8Array((endBlock - firstBlock) * BLOCK_BYTES);
  for (let number = firstBlock; number < endBlock; number += 1) {
    writeBlock(blocks.subarray((number - firstBlock) * BLOCK_BYTES), base, number);
  }
  const start = offset - firstBlock * BLOCK_BYTES;
  return blocks.subarray(start, start + length);
}

function writeBlock(target: Uint8Array, base: Uint8Array, number: number): void {
  const rotation = (number * ROTATION_BYTES) % BLOCK_BYTES;
  target.set(base.subarray(rotation));
  target.set(base.subarray(0, rotation), BLOCK_BYTES - rotation);
  target.set(CANARY);
  for (let byte = 0; byte < 4; byte += 1) target[BLOCK_NUMBER_AT + byte] = (number >>> (8 * byte)) & 0xff;
}

/** Base blocks made lately: transfers ask for a few seeds again and again. */
const lately = new Map<number, Uint8Array>();
const MAX_LATELY = 8;

function baseBlock(seed: number): Uint8Array {
  let block = lately.get(seed);
  if (block !== undefined) return block;
  block = makeBaseBlock(seed);
  if (lately.size >= MAX_LATELY) lately.clear();
  lately.set(seed, block);
  return block;
}

function makeBaseBlock(seed: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  for (let at = 0; at < BLOCK_BYTES; at += 4) {
    const word = mix(seed, at / 4);
    block[at] = word & 0xff;
    block[at + 1] = (word >>> 8) & 0xff;
    block[at + 2] = (word >>> 16) & 0xff;
    block[at + 3] = word >>> 24;
  }
  return block;
}

function mix(seed: number, index: number): number {
  let word = Math.imul(index ^ (seed | 0), 0x9e3779b1);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
