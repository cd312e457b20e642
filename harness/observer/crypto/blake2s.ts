/** BLAKE2s (RFC 7693), written from its text: OpenSSL has neither its keyed form nor its short digests. */
import { join, zeros } from "./bytes.ts";

const IV: readonly number[] = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
/** The order of the message's words in each of the ten rounds. */
const SIGMA: readonly (readonly number[])[] = [
  "0123456789abcdef",
  "ea489fd61c02b753",
  "b8c052fdae367194",
  "7931dcbe265a40f8",
  "905724afe1bc683d",
  "2c6a0b834d75fe19",
  "c51fed4a0763928b",
  "db7ec13950f4862a",
  "6fe9b308c2d714a5",
  "a2847615fb9e3cd0",
].map((digits) => [...digits].map((digit) => Number.parseInt(digit, 16)));
const BLOCK_BYTES = 64;
/** Which words of the state the eight mixings of a round take. */
const MIXINGS: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
];

/** @param size of the digest, 1 .. 32 @param key 0 .. 32 bytes */
export function blake2s(message: Uint8Array, size = 32, key: Uint8Array = zeros(0)): Uint8Array {
  const keyBlock = key.length === 0 ? zeros(0) : join(key, zeros(BLOCK_BYTES - key.length));
  const input = join(keyBlock, message);
  const state = Uint32Array.from(IV);
  state[0] = word(state, 0) ^ 0x01010000 ^ (key.length << 8) ^ size;
  const blocks = Math.max(1, Math.ceil(input.length / BLOCK_BYTES));
  for (let index = 0; index < blocks; index += 1) {
    const end = Math.min(input.length, (index + 1) * BLOCK_BYTES);
    const block = input.subarray(index * BLOCK_BYTES, end);
    compress(state, join(block, zeros(BLOCK_BYTES - block.length)), end, index === blocks - 1);
  }
  return new Uint8Array(state.buffer.slice(0, size));
}

function compress(state: Uint32Array, block: Uint8Array, countBytes: number, isLast: boolean): void {
  const words = new Uint32Array(block.buffer, block.byteOffset, 16);
  const v = Uint32Array.from([...state, ...IV]);
  v[12] = word(v, 12) ^ countBytes;
  if (isLast) v[14] = ~word(v, 14);
  for (const order of SIGMA) {
    for (const [index, [a, b, c, d]] of MIXINGS.entries()) {
      v[a] = word(v, a) + word(v, b) + word(words, order[2 * index] ?? 0);
      v[d] = rotated(word(v, d) ^ word(v, a), 16);
      v[c] = word(v, c) + word(v, d);
      v[b] = rotated(word(v, b) ^ word(v, c), 12);
      v[a] = word(v, a) + word(v, b) + word(words, order[2 * index + 1] ?? 0);
      v[d] = rotated(word(v, d) ^ word(v, a), 8);
      v[c] = word(v, c) + word(v, d);
      v[b] = rotated(word(v, b) ^ word(v, c), 7);
    }
  }
  for (let index = 0; index < 8; index += 1) state[index] = word(state, index) ^ word(v, index) ^ word(v, index + 8);
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

function rotated(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}
