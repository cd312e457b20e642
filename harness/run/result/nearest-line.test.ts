import { describe, expect, it } from "vitest";
import { nearestLine } from "./nearest-line.ts";

describe("nearest line", () => {
  it("finds what looks like the marker, or nothing", () => {
    const lines = ["init: up", "SELFTEST: udp-sec bulk failed", "reboot: Power down"];
    expect(nearestLine("SELFTEST: udp-sec bulk ok", lines)).toBe("SELFTEST: udp-sec bulk failed");
    expect(nearestLine("SELFTEST: udp-sec bulk ok", ["reboot: Power down"])).toBeUndefined();
    const other = "SELFTEST: udp-sec control ok";
    expect(nearestLine("SELFTEST: udp-sec bulk ok", [other], new Set([other]))).toBeUndefined();
  });
});
