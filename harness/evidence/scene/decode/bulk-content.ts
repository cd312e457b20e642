/** The content of bulk transfers, made again from its seed: written from its description, not with the guest's code. */
import { createHash } from "node:crypto";

const BLOCK_BYTES = 4_096;
const DIGEST_CHUNK_BYTES = 32 * 1024;

/**
 * Block k of 4 KiB: 1,024 words of MurmurHash3's finaliser over seed and word index, rotated left by 61 k bytes; the canary at 0,
 * k at 28.
 */
export function bulkContent(seed: number, lengthBytes: number, canary: string): Buffer {
  const base = Buffer.alloc(BLOCK_BYTES);
  for (let index = 0; index < BLOCK_BYTES / 4; index++) {
    let word = Math.imul(index ^ (seed | 0), -0x61c8864f);
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    base.writeUInt32LE((word ^ (word >>> 16)) >>> 0, index * 4);
  }
  const blocks: Buffer[] = [];
  for (let number = 0; number * BLOCK_BYTES < lengthBytes; number++) {
    const turned = (number * 61) % BLOCK_BYTES;
    const block = Buffer.concat([base.subarray(turned), base.subarray(0, turned)]);
    block.write(canary, 0, "latin1");
    block.writeUInt32LE(number, 28);
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, lengthBytes);
}

/** SHA-256 chained over chunks of 32 KiB: d0 = zeros, d(n+1) = SHA-256(d(n) || chunk n). */
export function contentDigest(content: Buffer): Buffer {
  let digest: Buffer = Buffer.alloc(32);
  for (let at = 0; at < content.length; at += DIGEST_CHUNK_BYTES) {
    const chunk = content.subarray(at, at + DIGEST_CHUNK_BYTES);
    digest = createHash("sha256").update(digest).update(chunk).digest();
  }
  return digest;
}
