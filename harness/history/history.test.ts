import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunResult } from "../run/result/run-result.ts";
import { type HistoryEntry, readHistory, rememberedProfiles, rememberRun, summariseHistory } from "./history.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "history-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function result(seed: string, code: RunResult["code"] = "passed", agentSha256 = "agent-one-and-more"): RunResult {
  const failures = code === "passed" ? [] : [{ code, node: "a", marker: "bulk-ok", detail: "d", atMs: 1 }];
  return {
    ...{ profile: "udp-sec", startedAt: "2026-01-01T00:00:00.000Z", seed, accelerator: "tcg", code, failures },
    ...{ timing: { machineMs: 1234.5, setupMs: 0, evidenceMs: 0 }, scale: 1, image: { agentSha256 } },
    provenance: { harness: "1 h", profile: "p" },
  } as unknown as RunResult;
}

test("runs are remembered by profile, oldest first", () => {
  rememberRun(folder, result("1"));
  rememberRun(folder, result("2", "hung"));
  expect(readHistory(folder, "udp-sec")).toMatchObject([
    { seed: "1", code: "passed", machineMs: 1235, agent: "agent-one-an", provenance: { harness: "1 h" } },
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

const made = (of: Record<string, string>) => ({
  harness: "1 h",
  profile: "p",
  kernel: "k",
  qemu: "x86_64 7.2 tcg",
  ...of,
});

function entries(...runs: readonly (readonly [string, Record<string, string> | undefined])[]): HistoryEntry[] {
  return runs.map(([code, provenance], index) => ({
    ...{ at: `2026-01-0${index + 1}`, seed: `${index}`, accelerator: "tcg", code, machineMs: 1, scale: 1 },
    ...(provenance === undefined ? {} : { provenance }),
  }));
}

test("both verdicts of one make are a flake", () => {
  const { harness, ...rest } = made({});
  const summary = summariseHistory("udp-sec", entries(["passed", made({})], ["hung", { ...rest, harness }]));
  expect(summary).toMatchObject({ runs: 2, passed: 1, isFlaky: true, unkeyed: 0, failures: [{ seed: "1" }] });
  expect(summary.makes).toEqual([{ provenance: made({}), runs: 2, passed: 1, lastAt: "2026-01-02" }]);
});

test.each(["agent", "harness", "profile", "kernel", "image", "qemu", "peer"])(
  "of another %s it is a change",
  (what) => {
    const two = entries(["passed", made({})], ["hung", made({ [what]: "another" })]);
    expect(summariseHistory("udp-sec", two)).toMatchObject({ isFlaky: false, makes: [{ passed: 1 }, { passed: 0 }] });
  },
);

test("of runs that don't say what they were made of nothing follows", () => {
  const old = entries(["passed", undefined], ["hung", undefined], ["passed", made({})]);
  expect(summariseHistory("udp-sec", old)).toMatchObject({ runs: 3, isFlaky: false, unkeyed: 2 });
});

test("a make stands where its newest run does", () => {
  const [one, other] = [made({}), made({ agent: "a" })];
  const { makes } = summariseHistory("p", entries(["passed", one], ["passed", other], ["passed", one]));
  expect(makes.map(({ provenance, runs }) => [provenance, runs])).toEqual([
    [other, 1],
    [one, 2],
  ]);
});
