import { describe, expect, test } from "vitest";
import { FallbackMemory } from "./fallback-memory.ts";

describe("FallbackMemory", () => {
  // Requirements: S-2, S-4
  test("remembers a peer for 60 s and no other peer", () => {
    const memory = new FallbackMemory();
    memory.remember("a", 1_000);
    expect(memory.isRemembered("a", 1_000)).toBe(true);
    expect(memory.isRemembered("a", 60_999)).toBe(true);
    expect(memory.isRemembered("a", 61_000)).toBe(false);
    expect(memory.isRemembered("b", 1_000)).toBe(false);
  });

  test("a second failure starts the 60 s anew", () => {
    const memory = new FallbackMemory();
    memory.remember("a", 0);
    memory.remember("a", 50_000);
    expect(memory.size).toBe(1);
    expect(memory.isRemembered("a", 109_999)).toBe(true);
    expect(memory.isRemembered("a", 110_000)).toBe(false);
  });

  test("forget clears a peer", () => {
    const memory = new FallbackMemory();
    memory.remember("a", 0);
    memory.forget("a");
    expect(memory.isRemembered("a", 1)).toBe(false);
    expect(memory.size).toBe(0);
  });

  test("limit - 1, limit, limit + 1: the oldest gives way", () => {
    const memory = new FallbackMemory(3);
    memory.remember("a", 0);
    memory.remember("b", 1);
    expect(memory.size).toBe(2);
    memory.remember("c", 2);
    expect(memory.size).toBe(3);
    memory.remember("a", 3);
    expect(memory.size).toBe(3);
    memory.remember("d", 4);
    expect(memory.size).toBe(3);
    expect(["a", "b", "c", "d"].map((peer) => memory.isRemembered(peer, 5))).toEqual([true, false, true, true]);
  });

  test("expired entries leave before living ones do", () => {
    const memory = new FallbackMemory(3);
    memory.remember("a", 0);
    memory.remember("b", 1);
    memory.remember("c", 59_000);
    memory.remember("d", 60_001);
    expect(memory.size).toBe(2);
    expect(memory.isRemembered("c", 60_002)).toBe(true);
  });

  test("without room it remembers nothing", () => {
    const memory = new FallbackMemory(0);
    memory.remember("a", 0);
    expect(memory.size).toBe(0);
  });
});
