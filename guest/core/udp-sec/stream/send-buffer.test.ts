import { describe, expect, it } from "vitest";
import { BlockPool, POOLED_BLOCK_BYTES } from "../../bytes/block-pool.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import { seededRandom } from "../connection/connection-pair.fixture.ts";
import { SendBuffer } from "./send-buffer.ts";

const byteAt = (offset: number) => (offset * 7 + (offset >> 8)) & 0xff;

function copied(buffer: SendBuffer, offset: number, length: number): number[] {
  const writer = new ByteWriter(length);
  buffer.copy(offset, length, writer);
  return [...writer.written()];
}

describe("SendBuffer", () => {
  it("gives any held stretch as it was appended, and frees only what lies below", () => {
    const draw = seededRandom(5);
    const upTo = (limit: number) => Math.floor(draw() * limit);
    const buffer = new SendBuffer();
    let start = 0;
    let end = 0;
    for (let step = 0; step < 200; step += 1) {
      const length = upTo(step % 50 === 0 ? 150_000 : 3_000);
      buffer.append(Uint8Array.from({ length }, (_, index) => byteAt(end + index)));
      end += length;
      const offset = start + upTo(end - start);
      const wanted = Math.min(1_134, end - offset);
      const bytes = copied(buffer, offset, wanted);
      expect([bytes.length, bytes.findIndex((byte, index) => byte !== byteAt(offset + index))]).toEqual([wanted, -1]);
      start = Math.min(end, start + upTo(4_000));
      buffer.freeBelow(start);
      // Freeing less than before, or beyond the end, changes nothing of what is held.
      buffer.freeBelow(start - 10);
      expect([buffer.start, buffer.end]).toEqual([start, end]);
      // Two chunks at most hold more than what is wanted of them: the first and the last.
      expect(buffer.heldBytes).toBeLessThanOrEqual(end - start + 2 * POOLED_BLOCK_BYTES);
    }
    buffer.freeBelow(end + 1_000);
    expect([buffer.start, buffer.end, buffer.heldBytes]).toEqual([end, end, 0]);
  });

  it.each([
    [1, 64],
    [64, 64],
    [65, 2_048],
    [2_048, 2_048],
    [2_049, 2_049],
    [16_384, 16_384],
    [32_768, POOLED_BLOCK_BYTES],
    [POOLED_BLOCK_BYTES, POOLED_BLOCK_BYTES],
    [POOLED_BLOCK_BYTES + 1, 2 * POOLED_BLOCK_BYTES],
  ])("holds %i bytes in %i: small writes share a chunk, large ones get their size", (length, heldBytes) => {
    const buffer = new SendBuffer();
    buffer.append(new Uint8Array(length));
    expect(buffer.heldBytes).toBe(heldBytes);
    buffer.append(new Uint8Array(heldBytes - length));
    expect(buffer.heldBytes).toBe(heldBytes);
  });

  it("makes a chunk as large as what waits, so that a transfer in small writes fills blocks of the pool", () => {
    const pool = new BlockPool();
    const buffer = new SendBuffer(pool);
    for (let written = 0; written < 128 * 1_024; written += 4_096) buffer.append(new Uint8Array(4_096));
    buffer.freeBelow(128 * 1_024);
    // Of 4, 4, 8, 16 KiB, and what follows.
    expect(pool.freeBytes).toBe(3 * POOLED_BLOCK_BYTES);
  });

  it("gives a block back when its last byte is freed, and takes it again", () => {
    const pool = new BlockPool();
    const buffer = new SendBuffer(pool);
    buffer.append(new Uint8Array(POOLED_BLOCK_BYTES));
    buffer.freeBelow(POOLED_BLOCK_BYTES - 1);
    expect(pool.freeBytes).toBe(0);
    buffer.freeBelow(POOLED_BLOCK_BYTES);
    expect(pool.freeBytes).toBe(POOLED_BLOCK_BYTES);
    buffer.append(new Uint8Array(POOLED_BLOCK_BYTES));
    expect([pool.freeBytes, buffer.heldBytes]).toEqual([0, POOLED_BLOCK_BYTES]);
  });

  it("is small for a keepalive alone, and not for what follows", () => {
    const buffer = new SendBuffer();
    buffer.append(new Uint8Array(20));
    buffer.append(new Uint8Array(60));
    expect(buffer.heldBytes).toBe(64 + 2_048);
    buffer.freeBelow(80);
    buffer.append(new Uint8Array(20));
    expect(buffer.heldBytes).toBe(64);
  });
});
