import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPORTED_RUN, reportedRuns } from "../report/reported-run.fixture.ts";
import { parseCommandArguments, type CommandIo } from "./command.ts";
import { reportCommand } from "./report-command.ts";

let runs = "";
beforeAll(() => {
  runs = reportedRuns();
});
afterAll(() => rmSync(runs, { recursive: true }));

async function report(...args: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  const told = { out: "", err: "" };
  const into = (name: "out" | "err") => ({
    isTTY: false,
    columns: 80,
    write: (text: string) => (told[name] += text),
  });
  const io: CommandIo = {
    ...{ stdout: into("out"), stderr: into("err"), environment: { LOG_DIR: runs } },
    signal: new AbortController().signal,
  };
  const status = await reportCommand.run(parseCommandArguments(reportCommand, args), io);
  return { status, ...told };
}

test("a page is written beside the run, or where it is asked for", async () => {
  const { status, out } = await report(REPORTED_RUN);
  const path = join(runs, REPORTED_RUN, "report.html");
  expect([status, out.startsWith(`${path} (`), existsSync(path)]).toEqual([0, true, true]);
  const other = join(runs, "why.html");
  expect(await report(join(runs, REPORTED_RUN), REPORTED_RUN, "--output", other)).toMatchObject({ status: 0 });
  expect(existsSync(other)).toBe(true);
});

test("of a folder of runs all that have a result are on one page, and what has none is named", async () => {
  const batch = join(runs, "batch");
  const [passed, going] = ["passed--20261130T031100000Z--8", "going--20261130T031300000Z--10"];
  for (const name of [REPORTED_RUN, passed]) cpSync(join(runs, REPORTED_RUN), join(batch, name), { recursive: true });
  const summary = join(batch, passed, "summary.json");
  writeFileSync(summary, readFileSync(summary, "utf8").replace('"passed": false', '"passed": true'));
  mkdirSync(join(batch, going));
  symlinkSync(REPORTED_RUN, join(batch, "latest"));
  const { status, out } = await report(batch);
  expect([status, out.startsWith(`${join(batch, "report.html")} (`)]).toEqual([0, true]);
  const html = readFileSync(join(batch, "report.html"), "utf8");
  expect(html).toContain("<title>2 runs</title>");
  expect(html).toContain(`Without a result: ${going}`);
  const heads = /id="heads">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  // In the order in which they were made.
  expect([...heads.matchAll(/"passed":(\w+)/g)].map(([, word]) => word)).toEqual(["true", "false"]);
  rmSync(join(batch, passed, "summary.json"));
  rmSync(join(batch, REPORTED_RUN, "summary.json"));
  await expect(report(batch)).rejects.toMatchObject({ code: "run-unknown" });
});

test("what can't be shown is an error with a code", async () => {
  await expect(report("no-such-run")).rejects.toMatchObject({ code: "run-unknown", kind: "cannot-run" });
  await expect(report()).rejects.toMatchObject({ code: "run-unknown" });
  await expect(report(...Array.from({ length: 101 }, () => REPORTED_RUN))).rejects.toMatchObject({ code: "usage" });
  await expect(report(REPORTED_RUN, "--output", "/dev/null/x")).rejects.toMatchObject({ code: "artifacts-unwritable" });
});

test("a run without its capture is shown without packets, said so, and not green", async () => {
  rmSync(join(runs, REPORTED_RUN, "fabric.pcapng"));
  const { status, err } = await report(REPORTED_RUN);
  expect([status, err]).toEqual([1, expect.stringMatching(/^udpsec: capture-missing: fabric\.pcapng /m)]);
  writeFileSync(join(runs, REPORTED_RUN, "summary.json"), "{}");
  await expect(report(REPORTED_RUN)).rejects.toMatchObject({ code: "run-damaged", kind: "cannot-run" });
});
