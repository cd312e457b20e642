import { describe, expect, it } from "vitest";
import { DatagramSlab } from "./datagram-slab.ts";

describe("DatagramSlab", () => {
  it("hands out no byte twice, within a slab and beyond", () => {
    const slab = new DatagramSlab();
    const taken = Array.from({ length: 200 }, (_, index) => slab.take(index % 2 === 0 ? 1200 : 59).fill(index + 1));
    taken.forEach((datagram, index) => expect(new Set(datagram)).toEqual(new Set([(index + 1) % 256])));
  });

  it("keeps no more than 16 KiB for a datagram", () => {
    expect(new DatagramSlab().take(59).buffer.byteLength).toBe(16 * 1024);
  });

  it("uses a full slab again when its datagrams are done, and else never", () => {
    let isDone = true;
    const slab = new DatagramSlab(() => isDone);
    const takeSlab = () => Array.from({ length: 13 }, () => slab.take(1200));
    const [first, second] = [takeSlab(), takeSlab()];
    expect(second.map(({ buffer }) => buffer)).toEqual(first.map(({ buffer }) => buffer));
    expect(second.map(({ byteOffset }) => byteOffset)).toEqual(first.map(({ byteOffset }) => byteOffset));
    isDone = false;
    expect(slab.take(1200).buffer).not.toBe(first[0]?.buffer);
  });

  it("refuses what is no datagram", () => {
    expect(() => new DatagramSlab().take(1201)).toThrow(RangeError);
  });
});
