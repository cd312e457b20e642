import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { REPORTED_RUN, reportedRuns } from "../report/reported-run.fixture.ts";
import type { CommandOutcome } from "../report/reporters/reporter.ts";
import type { RunResult } from "../run/result/run-result.ts";
import type { CommandIo } from "./command.ts";
import { readReporters, REPORTER_NAMES, silenceCommands, takesStdout, writeReports } from "./reporter-wishes.ts";

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

it("a file is emptied at once, so that an old report is not taken for this one's, and written at the end", async () => {
  const file = join(folder, "new", "junit.xml");
  const old = join(folder, "old.tap");
  writeFileSync(old, "ok 1");
  const wishes = readReporters([`junit=${file}`, `tap=${old}`, `junit=${file}`], false, folder);
  expect(wishes).toEqual([
    { name: "junit", file },
    { name: "tap", file: old },
  ]);
  expect([readFileSync(file, "utf8"), readFileSync(old, "utf8")]).toEqual(["", ""]);
  const { io, said } = recordingIo();
  expect(await writeReports(wishes, outcome, io)).toEqual([]);
  expect(said).toEqual([]);
  expect(readFileSync(file, "utf8")).toContain('<error type="disk-full"');
  expect(readFileSync(old, "utf8")).toContain("not ok 1 - p (seed s)");
});

it("a report that can't be written any more costs no other, and is told", async () => {
  const gone = join(folder, "gone", "x.xml");
  const stays = join(folder, "stays.json");
  const wishes = readReporters([`junit=${gone}`, `json=${stays}`], false, folder);
  rmSync(join(folder, "gone"), { recursive: true });
  const { io, said } = recordingIo();
  expect(await writeReports(wishes, outcome, io)).toEqual([2]);
  expect(said.join("")).toContain(gone);
  expect(existsSync(stays) && JSON.parse(readFileSync(stays, "utf8"))).toMatchObject({ failed: 1 });
});

it("data has stdout to itself, GitHub's commands stand among the lines for people", () => {
  const taking = (written: (name: string) => string): string[] =>
    REPORTER_NAMES.filter((name) => readReporters([written(name)], false, folder).some(takesStdout));
  expect(taking((name) => name)).toEqual(["json", "junit", "ctrf", "tap"]);
  expect(taking((name) => `${name}=${join(folder, "any")}`)).toEqual([]);
});

it("a guest's console commands no workflow, and a job gets its table", async () => {
  const summary = join(folder, "summary.md");
  const environment = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary };
  const { io, said } = recordingIo(environment);
  const wishes = readReporters(["github"], false, folder);
  const word = silenceCommands(wishes, io);
  expect(said).toEqual([`::stop-commands::${word ?? ""}\n`]);
  expect(word).toMatch(/^[0-9a-f-]{36}$/);
  await writeReports(wishes, outcome, io);
  expect(said.at(-1)).toMatch(/^::error file=.*title=p%3A disk-full::no room\n$/);
  expect(readFileSync(summary, "utf8")).toContain("| error | p | s | disk-full&#58; no room |");
  expect(silenceCommands(wishes, recordingIo().io)).toBeUndefined();
  expect(silenceCommands([], io)).toBeUndefined();
});

it("a page of all runs lies among them unless a file is named, and is no old one; without any run it says why", async () => {
  const page = join(folder, "report.html");
  writeFileSync(page, "an old one");
  const wishes = readReporters(["html"], false, folder);
  expect([wishes, existsSync(page)]).toEqual([[{ name: "html", file: page }], false]);
  const { io, said } = recordingIo();
  const thrown = [{ profile: "<p>", seed: "s", code: "disk-full", message: "no room" }];
  expect(await writeReports(wishes, { ...outcome, thrown, left: [{ profile: "q", seed: "s" }] }, io)).toEqual([]);
  expect(said.at(-1)).toBe(`udpsec: report: ${page}\n`);
  const text = readFileSync(page, "utf8");
  for (const part of ["&lt;p&gt; (seed s) ended without a verdict: disk-full: no room", "q (seed s) never began"])
    expect(text).toContain(`<p class="remark">${part}</p>`);
  expect(text).not.toContain("<script");
});

it("of the runs whose folders are there the page has each, and says how many passed without leaving one", async () => {
  const runs = reportedRuns();
  onTestFinished(() => rmSync(runs, { recursive: true }));
  const kept = { passed: false, artifactsFolder: join(runs, REPORTED_RUN) };
  const gone = join(runs, "gone");
  const full = { profile: "udp-sec", seed: "s", fullCode: "setup-failed", detail: "disk-full: no space left" };
  const results = [
    kept,
    { passed: true, artifactsFolder: gone },
    { ...full, passed: false, artifactsFolder: gone },
  ] as unknown as RunResult[];
  const { io, said } = recordingIo();
  const file = join(runs, "all.html");
  expect(await writeReports(readReporters([`html=${file}`], false, runs), { ...outcome, results }, io)).toEqual([]);
  expect(said.at(-1)).toBe(`udpsec: report: ${file}\n`);
  // Its program is long: a failure would show it.
  const text = readFileSync(file, "utf8").replace(/<script>.*<\/script>/s, "");
  expect(text).toContain('"profile":"wrong-expectation"');
  expect(text).toContain("1 of 3 runs passed, and nothing was kept of them.");
  expect(text).toContain(
    "udp-sec (seed s) failed, and its files are not there: setup-failed: disk-full: no space left",
  );
  expect(text.match(/id="run-\d+"/g)).toHaveLength(1);
});
