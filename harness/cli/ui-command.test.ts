import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { REPORTED_RUN, reportedRuns } from "../report/reported-run.fixture.ts";
import { parseCommandArguments, type CommandIo } from "./command.ts";
import { uiCommand } from "./ui-command.ts";

let runs = "";
beforeAll(() => {
  runs = reportedRuns();
});
afterAll(() => rmSync(runs, { recursive: true }));

async function ui(
  signal: AbortSignal,
  ...args: readonly string[]
): Promise<{ status: number; out: string; err: string }> {
  const told = { out: "", err: "" };
  const into = (name: "out" | "err") => ({ isTTY: false, columns: 80, write: (text: string) => (told[name] += text) });
  const io: CommandIo = { stdout: into("out"), stderr: into("err"), environment: { LOG_DIR: runs }, signal };
  return { status: await uiCommand.run(parseCommandArguments(uiCommand, args), io), ...told };
}

test("ends with the run", async () => {
  const { status, out } = await ui(new AbortController().signal, REPORTED_RUN);
  expect([status, out]).toEqual([
    0,
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/\nthe run has ended: /),
  ]);
});

test("waits for a run as long as somebody wants to, and takes none that ended or broke off", async () => {
  const { status, out, err } = await ui(AbortSignal.timeout(600));
  expect([status, out, err]).toEqual([130, "", expect.stringContaining("waiting for a run in ")]);
});

test("a run that isn't there, or two, are errors with a code", async () => {
  const { signal } = new AbortController();
  await expect(ui(signal, "no-such-run")).rejects.toMatchObject({ code: "run-unknown", kind: "cannot-run" });
  await expect(ui(signal, REPORTED_RUN, REPORTED_RUN)).rejects.toMatchObject({ code: "usage" });
});
