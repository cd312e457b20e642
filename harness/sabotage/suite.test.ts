import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { VARIANTS } from "./agents/variants.ts";
import { bundle } from "../../scripts/bundle.mjs";
import { isVerdictCode } from "../markers/verdict-codes.ts";
import { projectRoot } from "../host/project-root.ts";
import { checkSabotage } from "./check-sabotage.ts";
import { honestRun } from "./sabotages/honest-runs.ts";
import { judgeRecorded } from "./judge-recorded.ts";
import { packRecording, unpackRecording } from "./recordings/recording.ts";
import { HONEST_RUNS } from "./sabotages/sabotage.ts";
import { SABOTAGES } from "./sabotages/suite.ts";
import { VM_SABOTAGES } from "./sabotages/vm-sabotages.ts";

const folder = mkdtempSync(join(tmpdir(), "sabotage-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What went into a bundle, by esbuild's own account. */
async function inputsOf(name: string, replace: Readonly<Record<string, string>>): Promise<string[]> {
  const out = join(folder, `${name}.mjs`);
  await bundle({ root: projectRoot(), entry: "guest/agent/main.ts", out, replace });
  const { inputs } = JSON.parse(readFileSync(`${out}.inputs.json`, "utf8")) as { inputs: Record<string, string> };
  return Object.keys(inputs);
}

describe("the suite", () => {
  it("has at least 25 sabotages, each with a name of its own and a code that exists", () => {
    expect(SABOTAGES.length).toBeGreaterThanOrEqual(25);
    expect(new Set(SABOTAGES.map(({ name }) => name)).size).toBe(SABOTAGES.length);
    for (const { code } of SABOTAGES) expect(isVerdictCode(code)).toBe(true);
  });

  it("says why where more than one rule catches a sabotage", () => {
    for (const { name, rules, why } of SABOTAGES)
      expect([name, rules.length === 1 || why !== undefined]).toEqual([name, true]);
  });

  it("runs every broken agent that there is", () => {
    expect(VM_SABOTAGES.map(({ name }) => name).sort()).toEqual(VARIANTS.map(({ name }) => name).sort());
    expect(VM_SABOTAGES.filter(({ fast }) => fast)).toHaveLength(4);
  });
});

describe("the agent's bundle", () => {
  it("holds nothing of the sabotage", async () => {
    const inputs = await inputsOf("shipped", {});
    expect(inputs).toContain("guest/selftest/probes/bulk.ts");
    expect(inputs.filter((input) => input.includes("sabotage"))).toEqual([]);
  });

  it.each(VM_SABOTAGES.map((each) => [each.name, each] as const))(
    "%s: holds what it names, no other",
    async (name, { replace }) => {
      const inputs = await inputsOf(name, replace);
      expect(inputs.filter((input) => input.includes("sabotage")).sort()).toEqual(Object.values(replace).sort());
    },
  );
});

describe("a recorded run", () => {
  it.each(HONEST_RUNS)("%s is green by itself", async (name) => {
    expect((await judgeRecorded(honestRun(name))).failures).toEqual([]);
  });

  it("survives packing", () => {
    const run = honestRun("rng-gate");
    expect(unpackRecording(packRecording(run), "rng-gate").nodes).toEqual(run.nodes);
    expect(() => unpackRecording(Buffer.from("nonsense"), "rng-gate")).toThrow(
      expect.objectContaining({ code: "recording-damaged" }),
    );
  });
});

describe("a check", () => {
  const twice = SABOTAGES.find(({ name }) => name === "marker-printed-twice");
  if (twice?.where !== "recorded") throw new RangeError("no such sabotage");
  const broken = twice.tamper(honestRun(twice.honest));

  it("complains of a sabotage that isn't caught", async () => {
    const { complaint } = await checkSabotage(twice, honestRun(twice.honest));
    expect(complaint).toBe("expected duplicate");
  });

  it("complains of another rule's contradiction: each has a code of its own", async () => {
    const unsealed = SABOTAGES.find(({ name }) => name === "one-packet-unsealed");
    if (unsealed?.where !== "recorded") throw new RangeError("no such sabotage");
    const run = unsealed.tamper(honestRun(unsealed.honest));
    const caught = await checkSabotage(unsealed, run);
    expect(caught.complaint).toBeUndefined();
    expect(caught.verdict).toMatch(/^contradicted\/every-packet-opens: /);
    const { complaint } = await checkSabotage({ ...unsealed, rules: ["pn-unique"] }, run);
    expect(complaint).toBe("expected contradicted/pn-unique");
  });

  it("complains of another code, of another rule, of a rule that is silent", async () => {
    const complaintOf = async (change: Partial<typeof twice>): Promise<string | undefined> =>
      (await checkSabotage({ ...twice, ...change }, broken)).complaint;
    expect(await complaintOf({})).toBeUndefined();
    expect(await complaintOf({ code: "hung" })).toBe("expected hung");
    expect(await complaintOf({ rules: ["bulk-content"] })).toMatch(/^caught by another rule too: duplicate/);
    expect(await complaintOf({ rules: ["duplicate", "bulk-content"] })).toBe("rule bulk-content did not catch it");
  });
});
