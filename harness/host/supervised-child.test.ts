import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isRunning } from "./is-running.fixture.ts";
import { SupervisedChild, within } from "./supervised-child.ts";

/** Longer than a test lasts: whoever waits for it to end by itself fails. */
const LONG_SECONDS = 60;

function shell(script: string): { child: SupervisedChild; said: () => string } {
  let text = "";
  const take = (chunk: Uint8Array): void => void (text += Buffer.from(chunk).toString());
  return { child: new SupervisedChild(["sh", "-c", script], { onStdout: take, stderr: take }), said: () => text };
}

it("tells the exit status and all output", async () => {
  const { child, said } = shell("echo out; echo err >&2; exit 3");
  expect(await child.ended).toEqual({ exitCode: 3, signal: undefined, startError: undefined });
  expect(said()).toContain("out\n");
  expect(said()).toContain("err\n");
});

it("ends though what the process started holds its output, and kills that too", async () => {
  const { child, said } = shell(`sleep ${LONG_SECONDS} & echo $!; exit 0`);
  expect(await within(child.ended, 5_000)).toBe(true);
  await expect.poll(() => isRunning(Number(said()))).toBe(false);
});

it("ends though something in a session of its own holds its output", async () => {
  const { child, said } = shell(`setsid sleep ${LONG_SECONDS} & echo $!; exit 0`);
  onTestFinished(() => void process.kill(Number(said()), "SIGKILL"));
  expect(await within(child.ended, 5_000)).toBe(true);
});

it("kills what is deaf to every gentler step, with what it started", async () => {
  const { child, said } = shell(`trap '' TERM; sleep ${LONG_SECONDS} & echo $!; while :; do wait; done`);
  await expect.poll(said).toMatch(/\d/);
  const steps: string[] = [];
  const end = await child.stop([() => (steps.push("quit"), undefined), () => child.kill("SIGTERM")], 50);
  expect([end.signal, steps]).toEqual(["SIGKILL", ["quit"]]);
  await expect.poll(() => isRunning(Number(said()))).toBe(false);
});

it("does no harder step than it needs", async () => {
  const { child } = shell(`exec sleep ${LONG_SECONDS}`);
  const end = await child.stop([() => child.kill("SIGTERM"), () => expect.fail("not needed")], 5_000);
  expect(end.signal).toBe("SIGTERM");
});

it("tells why a program can't be started instead of throwing", async () => {
  const child = new SupervisedChild(["/no/such/program"], { stderr: () => undefined });
  expect(await child.ended).toMatchObject({ exitCode: undefined, startError: { code: "ENOENT" } });
  child.kill("SIGKILL");
  expect(child.pid).toBeUndefined();
});

it("writes standard error to a file, and says what is wrong with the file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "supervised-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "stderr");
  await new SupervisedChild(["sh", "-c", "echo words >&2"], { stderr: { file } }).ended;
  expect(readFileSync(file, "utf8")).toBe("words\n");
  expect(() => new SupervisedChild(["true"], { stderr: { file: folder } })).toThrow(/EISDIR/);
});
