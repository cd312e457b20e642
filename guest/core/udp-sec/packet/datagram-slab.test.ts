import { describe, expect, it } from "vitest";
import { DatagramSlab } from "./datagram-slab.ts";

describe("DatagramSlab", () => {
  it("hands out no byte twice, within a slab and beyond", () => {
    const slab = new DatagramSlab();
    const taken = Array.from({ length: 200 }, (_, index) => slab.take(index % 2 === 0 ? 1200 : 59).fill(index + 1));
    taken.forEach((datagram, index) => expect(new Set(datagram)).toEqual(new Set([(index + 1) % 256])));
  });

  it("keeps no more than 64 KiB for a datagram", () => {
    expect(new DatagramSlab().take(59).buffer.byteLength).toBe(64 * 1024);
  });

  it("refuses what is no datagram", () => {
    expect(() => new DatagramSlab().take(1201)).toThrow(RangeError);
  });
});
