import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lastGreenRun } from "./last-green.ts";

let runs = "";
beforeEach(() => void (runs = mkdtempSync(join(tmpdir(), "green-"))));
afterEach(() => rmSync(runs, { recursive: true }));

function run(second: number, passed: boolean, more: { profile?: string; cut?: boolean } = {}): string {
  const profile = more.profile ?? "udp-sec";
  const folder = join(runs, `${profile}--2026010${second}T000000000Z--s${second}`);
  mkdirSync(folder);
  const code = passed ? "passed" : "hung";
  writeFileSync(
    join(folder, "summary.json"),
    JSON.stringify({ ...{ profile, seed: "s", passed, code, detail: code, scale: 1, rungs: [], nodes: [] }, ...more }),
  );
  return folder;
}

const green = (folder: string): string => basename(lastGreenRun(folder, runs)).slice(-2);

it("is the newest of the same profile that passed whole, be it older or newer than the run", () => {
  run(1, true);
  run(2, true);
  run(3, true, { profile: "two-party" });
  run(4, true, { cut: true });
  const bad = run(5, false);
  expect(green(bad)).toBe("s2");
  run(6, true);
  expect(green(bad)).toBe("s6");
});

it("is another one than the run itself, and passes over what can't be read", () => {
  run(1, true);
  const last = run(2, true);
  mkdirSync(join(runs, "udp-sec--20260103T000000000Z--s3"));
  writeFileSync(join(runs, "udp-sec--20260103T000000000Z--s3/summary.json"), "{");
  expect(green(last)).toBe("s1");
});

it("is missed by name", () => {
  const bad = run(1, false);
  run(2, true, { profile: "two-party" });
  expect(() => lastGreenRun(bad, runs)).toThrow(/no green run of udp-sec to compare udp-sec--.*s1 with in/);
});

it("is a run's folder: a copy under another name is somebody's own", () => {
  const bad = run(1, false);
  renameSync(run(2, true), join(runs, "udp-sec-that-worked"));
  expect(() => green(bad)).toThrow(/there is no green run of udp-sec/);
});
