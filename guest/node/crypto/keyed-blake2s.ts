/**
 * Keyed BLAKE2s with a 16-byte digest (RFC 7693), which node:crypto does not offer: mac1 of everything that calls itself MSG1 is one. A
 * fifth of what noble takes, which is the plain twin that this is tested against.
 */

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 16;
const MAX_KEY_BYTES = 32;
const ROUNDS = 10;

const INITIAL = Int32Array.of(
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
);

/** RFC 7693 2.7, a hexadecimal digit for each word of the message. */
const SIGMA = Uint8Array.from(
  "0123456789abcdef" +
    "ea489fd61c02b753" +
    "b8c052fdae367194" +
    "7931dcbe265a40f8" +
    "905724afe1bc683d" +
    "2c6a0b834d75fe19" +
    "c51fed4a0763928b" +
    "db7ec13950f4862a" +
    "6fe9b308c2d714a5" +
    "a2847615fb9e3cd0",
  (digit) => parseInt(digit, 16),
);

/** Of one hash at a time: nothing here waits. */
const block = new Uint8Array(BLOCK_BYTES);
const blockView = new DataView(block.buffer);
const words = new Int32Array(BLOCK_BYTES / 4);
const state = new Int32Array(8);

/** @param key 1..32 bytes @returns 16 bytes @throws RangeError if the key has another length */
export function keyedBlake2s128(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length < 1 || key.length > MAX_KEY_BYTES) {
    throw new RangeError(`a key of BLAKE2s has 1 to ${MAX_KEY_BYTES} bytes, not ${key.length}`);
  }
  state.set(INITIAL);
  state[0] = (state[0] ?? 0) ^ 0x0101_0000 ^ (key.length << 8) ^ DIGEST_BYTES;
  compress(key, BLOCK_BYTES, message.length === 0);
  for (let at = 0; at < message.length; at += BLOCK_BYTES) {
    const end = Math.min(at + BLOCK_BYTES, message.length);
    compress(message.subarray(at, end), BLOCK_BYTES + end, end === message.length);
  }
  const digest = new Uint8Array(DIGEST_BYTES);
  const view = new DataView(digest.buffer);
  for (let index = 0; index < DIGEST_BYTES / 4; index += 1) view.setInt32(4 * index, state[index] ?? 0, true);
  // The key's block is the key: nothing of it stays.
  for (const scratch of [block, words, state]) scratch.fill(0);
  return digest;
}

/** @param part of the message, at most a block @param countedBytes with those before it, far below 2^32 */
function compress(part: Uint8Array, countedBytes: number, isLast: boolean): void {
  block.set(part);
  if (part.length < BLOCK_BYTES) block.fill(0, part.length);
  for (let index = 0; index < words.length; index += 1) words[index] = blockView.getInt32(4 * index, true);
  mix(state, words, countedBytes, isLast ? -1 : 0);
}

/** RFC 7693 3.2, its sixteen words in variables: in an array they cost three times as much. */
function mix(h: Int32Array, m: Int32Array, countedBytes: number, finalMask: number): void {
  let v0 = h[0] ?? 0;
  let v1 = h[1] ?? 0;
  let v2 = h[2] ?? 0;
  let v3 = h[3] ?? 0;
  let v4 = h[4] ?? 0;
  let v5 = h[5] ?? 0;
  let v6 = h[6] ?? 0;
  let v7 = h[7] ?? 0;
  let v8 = INITIAL[0] ?? 0;
  let v9 = INITIAL[1] ?? 0;
  let v10 = INITIAL[2] ?? 0;
  let v11 = INITIAL[3] ?? 0;
  let v12 = (INITIAL[4] ?? 0) ^ countedBytes;
  let v13 = INITIAL[5] ?? 0;
  let v14 = (INITIAL[6] ?? 0) ^ finalMask;
  let v15 = INITIAL[7] ?? 0;
  for (let at = 0; at < 16 * ROUNDS; at += 16) {
    v12 = rotated(v12 ^ (v0 = (v0 + v4 + word(m, at)) | 0), 16);
    v4 = rotated(v4 ^ (v8 = (v8 + v12) | 0), 12);
    v12 = rotated(v12 ^ (v0 = (v0 + v4 + word(m, at + 1)) | 0), 8);
    v4 = rotated(v4 ^ (v8 = (v8 + v12) | 0), 7);
    v13 = rotated(v13 ^ (v1 = (v1 + v5 + word(m, at + 2)) | 0), 16);
    v5 = rotated(v5 ^ (v9 = (v9 + v13) | 0), 12);
    v13 = rotated(v13 ^ (v1 = (v1 + v5 + word(m, at + 3)) | 0), 8);
    v5 = rotated(v5 ^ (v9 = (v9 + v13) | 0), 7);
    v14 = rotated(v14 ^ (v2 = (v2 + v6 + word(m, at + 4)) | 0), 16);
    v6 = rotated(v6 ^ (v10 = (v10 + v14) | 0), 12);
    v14 = rotated(v14 ^ (v2 = (v2 + v6 + word(m, at + 5)) | 0), 8);
    v6 = rotated(v6 ^ (v10 = (v10 + v14) | 0), 7);
    v15 = rotated(v15 ^ (v3 = (v3 + v7 + word(m, at + 6)) | 0), 16);
    v7 = rotated(v7 ^ (v11 = (v11 + v15) | 0), 12);
    v15 = rotated(v15 ^ (v3 = (v3 + v7 + word(m, at + 7)) | 0), 8);
    v7 = rotated(v7 ^ (v11 = (v11 + v15) | 0), 7);
    v15 = rotated(v15 ^ (v0 = (v0 + v5 + word(m, at + 8)) | 0), 16);
    v5 = rotated(v5 ^ (v10 = (v10 + v15) | 0), 12);
    v15 = rotated(v15 ^ (v0 = (v0 + v5 + word(m, at + 9)) | 0), 8);
    v5 = rotated(v5 ^ (v10 = (v10 + v15) | 0), 7);
    v12 = rotated(v12 ^ (v1 = (v1 + v6 + word(m, at + 10)) | 0), 16);
    v6 = rotated(v6 ^ (v11 = (v11 + v12) | 0), 12);
    v12 = rotated(v12 ^ (v1 = (v1 + v6 + word(m, at + 11)) | 0), 8);
    v6 = rotated(v6 ^ (v11 = (v11 + v12) | 0), 7);
    v13 = rotated(v13 ^ (v2 = (v2 + v7 + word(m, at + 12)) | 0), 16);
    v7 = rotated(v7 ^ (v8 = (v8 + v13) | 0), 12);
    v13 = rotated(v13 ^ (v2 = (v2 + v7 + word(m, at + 13)) | 0), 8);
    v7 = rotated(v7 ^ (v8 = (v8 + v13) | 0), 7);
    v14 = rotated(v14 ^ (v3 = (v3 + v4 + word(m, at + 14)) | 0), 16);
    v4 = rotated(v4 ^ (v9 = (v9 + v14) | 0), 12);
    v14 = rotated(v14 ^ (v3 = (v3 + v4 + word(m, at + 15)) | 0), 8);
    v4 = rotated(v4 ^ (v9 = (v9 + v14) | 0), 7);
  }
  h[0] = (h[0] ?? 0) ^ v0 ^ v8;
  h[1] = (h[1] ?? 0) ^ v1 ^ v9;
  h[2] = (h[2] ?? 0) ^ v2 ^ v10;
  h[3] = (h[3] ?? 0) ^ v3 ^ v11;
  h[4] = (h[4] ?? 0) ^ v4 ^ v12;
  h[5] = (h[5] ?? 0) ^ v5 ^ v13;
  h[6] = (h[6] ?? 0) ^ v6 ^ v14;
  h[7] = (h[7] ?? 0) ^ v7 ^ v15;
}

function word(m: Int32Array, at: number): number {
  return m[SIGMA[at] ?? 0] ?? 0;
}

function rotated(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}
