/**
 * Random numbers without a sequence: each is a hash of where it is needed, so that no draw depends on the order of others.
 * MurmurHash3 x86 32-bit over 32-bit words; not for secrets.
 */

/** A hash in progress over the words mixed in so far. */
export type DrawKey = number;

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** @param seed a safe integer; both its halves count */
export function drawKey(seed: number, ...names: readonly string[]): DrawKey {
  let key = mixWord(mixWord(0, seed >>> 0), Math.floor(seed / 2 ** 32) >>> 0);
  for (const name of names) {
    for (let i = 0; i < name.length; i++) key = mixWord(key, name.charCodeAt(i));
    key = mixWord(key, 0x10000 + name.length);
  }
  return key;
}

/** @returns a uniform 32-bit unsigned integer for this place */
export function draw32(key: DrawKey, index: number, lane: number): number {
  return finish(mixWord(mixWord(key, index), lane));
}

/** @returns a uniform number in [0, 1) for this place */
export function drawUnit(key: DrawKey, index: number, lane: number): number {
  return draw32(key, index, lane) / 2 ** 32;
}

function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, C1);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, C2);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}
