import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { judgeRecorded } from "../sabotage/judge-recorded.ts";
import { honestRun } from "../sabotage/sabotages/honest-runs.ts";
import { KeyHistory } from "./key-history.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "keys-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const key = (index: number): string => index.toString(16).padStart(64, "0");

test("keeps the latest, and passes over lines that are none", () => {
  const history = new KeyHistory(join(folder, "new"), 5);
  expect(history.earlier()).toEqual([]);
  for (let index = 0; index < 9; index += 1) history.remember([key(index)]);
  expect(history.earlier()).toHaveLength(9);
  history.remember([key(9)]);
  expect(history.earlier()).toEqual([5, 6, 7, 8, 9].map(key));
  const file = join(folder, "new/ephemeral-keys.txt");
  appendFileSync(file, "half a li");
  expect(history.earlier()).toHaveLength(5);
  expect(readFileSync(file, "utf8")).toContain("half");
});

test("what can't be read, or a folder that can't be made, fails nothing", () => {
  mkdirSync(join(folder, "ephemeral-keys.txt"));
  expect(new KeyHistory(folder).earlier()).toEqual([]);
  writeFileSync(join(folder, "file"), "");
  const history = new KeyHistory(join(folder, "file/below"));
  history.remember([key(1)]);
  expect(existsSync(join(folder, "file/below"))).toBe(false);
});

// Requirement: H-56
test("the same keys in a second run are found, whatever else is right", async () => {
  const history = new KeyHistory(folder);
  const once = await judgeRecorded(honestRun("udp-sec"), new Set(), history);
  expect([once.passed, once.fullCode]).toEqual([true, "passed"]);
  const observed = once.evidence.find(({ rule }) => rule === "observer");
  expect(observed?.saw).toMatch(/; no key of 0 earlier ones/);
  expect(history.earlier().length).toBeGreaterThanOrEqual(2);
  const again = await judgeRecorded(honestRun("udp-sec"), new Set(), history);
  expect(again.fullCode).toBe("contradicted/observer");
  expect(again.detail).toMatch(/ephemeral-fresh.*another run/);
  const tcp = new KeyHistory(join(folder, "tcp"));
  await judgeRecorded(honestRun("tcp-fallback"), new Set(), tcp);
  expect((await judgeRecorded(honestRun("tcp-fallback"), new Set(), tcp)).detail).toMatch(/ephemeral-fresh/);
});
