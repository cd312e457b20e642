/**
 * HMAC with BLAKE2s-256 (RFC 2104) out of two hashes: node:crypto's own makes an object that the garbage collector must visit, and a
 * handshake needs a dozen. Noble is the twin that this is tested against.
 */
import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;

/** One at a time: nothing here waits. */
const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);

/** @returns 32 bytes */
export function hmacFromHashes(key: Uint8Array, message: Uint8Array): Uint8Array {
  const short = key.length > BLOCK_BYTES ? hash("blake2s256", key, "buffer") : key;
  const inner = new Uint8Array(BLOCK_BYTES + message.length);
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const byte = short[at] ?? 0;
    inner[at] = byte ^ INNER;
    outer[at] = byte ^ OUTER;
  }
  inner.set(message, BLOCK_BYTES);
  outer.set(hash("blake2s256", inner, "buffer"), BLOCK_BYTES);
  const digest = hash("blake2s256", outer, "buffer");
  // Both hold the key, and what may be one.
  inner.fill(0);
  outer.fill(0);
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
}
