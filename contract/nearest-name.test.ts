import { describe, expect, it } from "vitest";
import { editDistance, nearestName } from "./nearest-name.ts";

describe("nearest name", () => {
  it("counts a swap of neighbours as one edit", () => {
    expect([editDistance("upd", "udp"), editDistance("", "abc"), editDistance("kitten", "sitting")]).toEqual([1, 3, 3]);
  });

  it("suggests what is close, and nothing else", () => {
    const names = ["udp-sec", "tcp-fallback", "rng-gate"];
    expect(nearestName("upd-sec", names)).toBe("udp-sec");
    expect(nearestName("TCP-falback", names)).toBe("tcp-fallback");
    expect(nearestName("mesh", names)).toBeUndefined();
  });
});
