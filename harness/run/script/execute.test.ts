import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { isRunning } from "../../host/is-running.fixture.ts";
import { execute } from "./execute.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "execute-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Longer than a test lasts: who waits for it fails. */
const LONG = "sleep 60";
const never = new AbortController().signal;
const shell = (script: string, over = never, limitMs?: number): Promise<void> =>
  execute(["sh", "-c", script], folder, over, limitMs);
const written = (file: string): string => readFileSync(join(folder, file), "utf8").trim();

it("runs a command in the folder of the run, which it is told", async () => {
  await shell('echo "$PWD $UDPSEC_RUN" > told');
  expect(written("told")).toBe(`${folder} ${folder}`);
});

it("reads nothing and keeps nothing of what it prints", async () => {
  await shell("cat; head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2");
});

it.each([
  ["its status", "exit 3", "it ended with status 3"],
  ["a signal", "kill -TERM $$", "it ended with SIGTERM"],
])("tells %s", async (_, script, message) => {
  await expect(shell(script)).rejects.toThrow(message);
});

it("tells of a program that isn't there", async () => {
  await expect(execute(["/no/such/program"], folder, never)).rejects.toThrow(/can't be started: .*ENOENT/);
});

it("ends what takes too long, with all that it started", async () => {
  await expect(shell(`${LONG} & echo $! > slow; trap '' TERM; wait; wait`, never, 300)).rejects.toThrow(
    "it did not end within 0.3 s",
  );
  await expect.poll(() => isRunning(Number(written("slow")))).toBe(false);
});

it("leaves nothing behind that a command started and left", async () => {
  await shell(`${LONG} >/dev/null 2>&1 & echo $! > left`);
  await expect.poll(() => isRunning(Number(written("left")))).toBe(false);
});

it("ends with the run", async () => {
  const run = new AbortController();
  const ended = shell(`echo $$ > alive; ${LONG}`, run.signal);
  await expect.poll(() => written("alive")).toMatch(/^\d+$/);
  run.abort();
  await expect(ended).rejects.toThrow("it ended with SIGKILL");
  expect(isRunning(Number(written("alive")))).toBe(false);
});
