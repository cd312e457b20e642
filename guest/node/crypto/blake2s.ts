/**
 * BLAKE2s (RFC 7693) in three forms: plain with 32 bytes, keyed with 16, and HMAC with 32 (RFC 2104). Node's own makes an object outside
 * the heap for each digest, and a handshake needs a hundred; keyed it does not offer. Noble is the plain twin that these are tested against.
 */

const BLOCK_BYTES = 64;
const BLOCK_WORDS = BLOCK_BYTES / 4;
const HASH_BYTES = 32;
const KEYED_HASH_BYTES = 16;
const MAX_KEY_BYTES = 32;
const ROUNDS = 10;
/** RFC 2104, in each byte of a word. */
const INNER_PAD = 0x36363636;
const OUTER_PAD = 0x5c5c5c5c;

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
const words = new Int32Array(BLOCK_WORDS);
const keyWords = new Int32Array(BLOCK_WORDS);
const state = new Int32Array(8);
const innerHash = new Int32Array(8);

/** @returns 32 bytes */
export function blake2s256(message: Uint8Array): Uint8Array {
  begin(HASH_BYTES, 0);
  absorb(message, 0);
  return finish(HASH_BYTES);
}

/** @param key 1..32 bytes @returns 16 bytes @throws RangeError if the key has another length */
export function keyedBlake2s128(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length < 1 || key.length > MAX_KEY_BYTES) {
    throw new RangeError(`a key of BLAKE2s has 1 to ${MAX_KEY_BYTES} bytes, not ${key.length}`);
  }
  begin(KEYED_HASH_BYTES, key.length);
  load(words, key, 0);
  mix(state, words, BLOCK_BYTES, message.length === 0 ? -1 : 0);
  if (message.length > 0) absorb(message, BLOCK_BYTES);
  return finish(KEYED_HASH_BYTES);
}

/** @param key of any length @returns 32 bytes */
export function hmacBlake2s256(key: Uint8Array, message: Uint8Array): Uint8Array {
  load(keyWords, key.length > BLOCK_BYTES ? blake2s256(key) : key, 0);
  beginPadded(INNER_PAD, message.length === 0);
  if (message.length > 0) absorb(message, BLOCK_BYTES);
  innerHash.set(state);
  beginPadded(OUTER_PAD, false);
  words.fill(0);
  words.set(innerHash);
  mix(state, words, BLOCK_BYTES + HASH_BYTES, -1);
  return finish(HASH_BYTES);
}

function begin(digestBytes: number, keyBytes: number): void {
  state.set(INITIAL);
  state[0] = (state[0] ?? 0) ^ 0x0101_0000 ^ (keyBytes << 8) ^ digestBytes;
}

/** One of the two hashes of HMAC, its first block mixed in. @param isLast nothing follows */
function beginPadded(pad: number, isLast: boolean): void {
  begin(HASH_BYTES, 0);
  for (let index = 0; index < BLOCK_WORDS; index += 1) words[index] = (keyWords[index] ?? 0) ^ pad;
  mix(state, words, BLOCK_BYTES, isLast ? -1 : 0);
}

/** @param message to its end; empty it is a block of zeros @param bytesBefore what was mixed in before it, far below 2^32 with it */
function absorb(message: Uint8Array, bytesBefore: number): void {
  let at = 0;
  for (; at + BLOCK_BYTES < message.length; at += BLOCK_BYTES) {
    load(words, message, at);
    mix(state, words, bytesBefore + at + BLOCK_BYTES, 0);
  }
  load(words, message, at);
  mix(state, words, bytesBefore + message.length, -1);
}

/** A block of `bytes` from `at` on as words, little-endian, zeros behind the end. */
function load(target: Int32Array, bytes: Uint8Array, at: number): void {
  let source = bytes;
  let from = at;
  if (at + BLOCK_BYTES > bytes.length) {
    block.fill(0);
    for (let index = at; index < bytes.length; index += 1) block[index - at] = bytes[index] ?? 0;
    source = block;
    from = 0;
  }
  for (let index = 0; index < BLOCK_WORDS; index += 1) {
    const byte = from + 4 * index;
    target[index] =
      (source[byte] ?? 0) |
      ((source[byte + 1] ?? 0) << 8) |
      ((source[byte + 2] ?? 0) << 16) |
      ((source[byte + 3] ?? 0) << 24);
  }
}

function finish(digestBytes: number): Uint8Array {
  const digest = new Uint8Array(digestBytes);
  for (let index = 0; index < digestBytes; index += 1) digest[index] = (state[index >>> 2] ?? 0) >>> (8 * (index & 3));
  // Keys were here, and what may become one: nothing of it stays.
  for (const scratch of [block, words, keyWords, state, innerHash]) scratch.fill(0);
  return digest;
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
