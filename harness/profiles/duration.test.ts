import { describe, expect, it } from "vitest";
import { DURATION_PATTERN, formatDuration, parseDurationMs } from "./duration.ts";

describe("durations", () => {
  it.each([
    ["190", 190_000],
    ["190s", 190_000],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["250ms", 250],
    ["2147483.647s", 2_147_483_647],
    ["2147483.648s", undefined],
    ["30d", undefined],
    ["0", undefined],
    ["0.0001s", undefined],
    ["-1s", undefined],
    ["3 m", undefined],
    ["s", undefined],
    ["", undefined],
  ])("%s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
    if (ms !== undefined) expect(DURATION_PATTERN.test(text)).toBe(true);
  });

  it("are written as they are read", () => {
    expect([formatDuration(190_000), formatDuration(250)]).toEqual(["190s", "250ms"]);
  });
});
