import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunResult } from "../run/result/run-result.ts";
import { readHistory, rememberedProfiles, rememberRun, summariseHistory } from "./history.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "history-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function result(seed: string, code: RunResult["code"] = "passed", agentSha256 = "agent-one-and-more"): RunResult {
  const failures = code === "passed" ? [] : [{ code, node: "a", marker: "bulk-ok", detail: "d", atMs: 1 }];
  return {
    ...{ profile: "udp-sec", startedAt: "2026-01-01T00:00:00.000Z", seed, accelerator: "tcg", code, failures },
    ...{ timing: { machineMs: 1234.5, setupMs: 0, evidenceMs: 0 }, scale: 1, image: { agentSha256 } },
  } as unknown as RunResult;
}

test("runs are remembered by profile, oldest first", () => {
  rememberRun(folder, result("1"));
  rememberRun(folder, result("2", "hung"));
  expect(readHistory(folder, "udp-sec")).toMatchObject([
    { seed: "1", code: "passed", machineMs: 1235, agent: "agent-one-an" },
    { seed: "2", code: "hung", marker: "bulk-ok" },
  ]);
  expect(rememberedProfiles(folder)).toEqual(["udp-sec"]);
  expect(rememberedProfiles("/nonexistent")).toEqual([]);
});

test("the file is bounded", () => {
  for (let seed = 1; seed <= 7; seed++) rememberRun(folder, result(`${seed}`), 4);
  expect(readHistory(folder, "udp-sec")).toHaveLength(7);
  rememberRun(folder, result("8"), 4);
  expect(readHistory(folder, "udp-sec").map(({ seed }) => seed)).toEqual(["5", "6", "7", "8"]);
});

test("damaged lines are left out, and a folder that can't be written fails nothing", () => {
  rememberRun(folder, result("1"));
  appendFileSync(join(folder, "udp-sec.ndjson"), 'torn{"\n{"seed":1}\n');
  expect(readHistory(folder, "udp-sec")).toHaveLength(1);
  const file = join(folder, "file");
  writeFileSync(file, "");
  expect(() => rememberRun(file, result("1"))).not.toThrow();
});

test("both verdicts of one agent are a flake; of two agents a change", () => {
  for (const [seed, code] of [["1", "passed"] as const, ["2", "hung"] as const])
    rememberRun(folder, result(seed, code));
  expect(summariseHistory("udp-sec", readHistory(folder, "udp-sec"))).toMatchObject({
    ...{ runs: 2, passed: 1, isFlaky: true },
    failures: [{ seed: "2" }],
  });
  const other = mkdtempSync(join(tmpdir(), "history-"));
  rememberRun(other, result("1", "hung", "agent-old-agent"));
  rememberRun(other, result("2"));
  expect(summariseHistory("udp-sec", readHistory(other, "udp-sec")).isFlaky).toBe(false);
  rmSync(other, { recursive: true });
});
