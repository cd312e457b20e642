import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { CommandOutcome } from "../report/reporters/reporter.ts";
import type { CommandIo } from "./command.ts";
import { readReporters, silenceCommands, takesStdout, writeReports } from "./reporter-wishes.ts";

const folder = mkdtempSync(join(tmpdir(), "reports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const outcome: CommandOutcome = {
  ...{
    results: [],
    passed: 0,
    failed: 1,
    skipped: 0,
    exitStatus: 2,
    rates: [],
    runsFolder: "/runs",
    isRepeated: false,
  },
  ...{ left: [], thrown: [{ profile: "p", seed: "s", code: "disk-full", message: "no room" }] },
};

function recordingIo(environment: NodeJS.ProcessEnv = {}): { readonly io: CommandIo; readonly said: string[] } {
  const said: string[] = [];
  const output = { write: (text: string) => said.push(text), isTTY: false, columns: 80 };
  return { io: { stdout: output, stderr: output, environment, signal: new AbortController().signal }, said };
}

it("a file is emptied at once, so that an old report is not taken for this one's, and written at the end", () => {
  const file = join(folder, "new", "junit.xml");
  const old = join(folder, "old.tap");
  writeFileSync(old, "ok 1");
  const wishes = readReporters([`junit=${file}`, `tap=${old}`, `junit=${file}`], false);
  expect(wishes).toEqual([
    { name: "junit", file },
    { name: "tap", file: old },
  ]);
  expect([readFileSync(file, "utf8"), readFileSync(old, "utf8")]).toEqual(["", ""]);
  const { io, said } = recordingIo();
  expect(writeReports(wishes, outcome, io)).toEqual([]);
  expect(said).toEqual([]);
  expect(readFileSync(file, "utf8")).toContain('<error type="disk-full"');
  expect(readFileSync(old, "utf8")).toContain("not ok 1 - p (seed s)");
});

it("a report that can't be written any more costs no other, and is told", () => {
  const gone = join(folder, "gone", "x.xml");
  const stays = join(folder, "stays.json");
  const wishes = readReporters([`junit=${gone}`, `json=${stays}`], false);
  rmSync(join(folder, "gone"), { recursive: true });
  const { io, said } = recordingIo();
  expect(writeReports(wishes, outcome, io)).toEqual([2]);
  expect(said.join("")).toContain(gone);
  expect(existsSync(stays) && JSON.parse(readFileSync(stays, "utf8"))).toMatchObject({ failed: 1 });
});

it("data has stdout to itself, GitHub's commands stand among the lines for people", () => {
  const names = ["list", "json", "junit", "tap", "github"] as const;
  expect(names.filter((name) => takesStdout({ name, file: undefined }))).toEqual(["json", "junit", "tap"]);
  expect(names.filter((name) => takesStdout({ name, file: "/x" }))).toEqual([]);
});

it("a guest's console commands no workflow, and a job gets its table", () => {
  const summary = join(folder, "summary.md");
  const environment = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary };
  const { io, said } = recordingIo(environment);
  const wishes = readReporters(["github"], false);
  const word = silenceCommands(wishes, io);
  expect(said).toEqual([`::stop-commands::${word ?? ""}\n`]);
  expect(word).toMatch(/^[0-9a-f-]{36}$/);
  writeReports(wishes, outcome, io);
  expect(said.at(-1)).toMatch(/^::error file=.*title=p%3A disk-full::no room\n$/);
  expect(readFileSync(summary, "utf8")).toContain("| error | p | s | disk-full&#58; no room |");
  expect(silenceCommands(wishes, recordingIo().io)).toBeUndefined();
  expect(silenceCommands([], io)).toBeUndefined();
});
