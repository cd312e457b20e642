import { describe, expect, it } from "vitest";
import { budgetScale, MAX_SCALE, REFERENCE_BOOT_MS, REFERENCE_READY_MS } from "./calibration.ts";

describe("scale of the budgets", () => {
  const machine = (bootMs: number, readyMs?: number) => ({ bootMs, readyMs });

  it("is that of the slowest machine, never below one, and bounded", () => {
    expect(budgetScale([])).toBe(1);
    expect(budgetScale([machine(1)])).toBe(1);
    expect(budgetScale([machine(REFERENCE_BOOT_MS), machine(REFERENCE_BOOT_MS * 3)])).toBe(3);
    expect(budgetScale([machine(1, REFERENCE_READY_MS * 2)])).toBe(2);
    expect(budgetScale([machine(REFERENCE_BOOT_MS * 100)])).toBe(MAX_SCALE);
  });
});
