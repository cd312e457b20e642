import { expect, test } from "vitest";
import { ddmin } from "../../minimize/ddmin.ts";
import { failureKind } from "../../minimize/same-verdict.ts";
import { startSimTrials } from "./sim-trials.ts";

test("a failed handshake is made smaller until every drop that is left matters", async () => {
  const trials = await startSimTrials({ scenario: "handshake", seed: "3", loss: "0.7" });
  try {
    const { failure, decisions } = trials;
    expect(failure).toMatch(/HANDSHAKE_TIMEOUT/);
    const all = decisions.map((_, index) => index);
    expect(await trials.attempt(all)).toBe(failure);
    expect(await trials.attempt([])).toBeNull();
    const fails = async (kept: readonly number[]): Promise<boolean> => {
      const found = await trials.attempt(kept);
      return found !== null && failureKind(found) === failureKind(failure ?? "");
    };
    const { kept, isMinimal } = await ddmin(all, fails, { maxTrials: 1_000 });
    expect(isMinimal).toBe(true);
    expect(kept.length).toBeLessThan(all.length);
    for (const one of kept) expect(await fails(kept.filter((other) => other !== one))).toBe(false);
  } finally {
    trials.end();
  }
});

test("what can't be tried is refused", async () => {
  await expect(startSimTrials({ scenario: "handshake", seeds: "1..2" })).rejects.toMatchObject({ code: "sim-trial" });
});
