import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { startStage } from "./stage-process.ts";

const SHORT = { inOrderMs: 300, atOnceMs: 300 };
const STARTED_MS = 10_000;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "stage-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

const shell = (script: string, ...args: readonly string[]) => ({
  ...{ name: "x", typed: "x", command: ["/bin/bash", "-c", script, "bash", ...args] },
});

it("has the exit status of its process, and one of failure where it can't be started", async () => {
  expect(await startStage(shell("exit 3")).ended).toBe(3);
  expect(await startStage({ name: "x", typed: "x", command: ["/no/such/program"] }).ended).not.toBe(0);
  expect(await startStage(shell("kill -9 $$")).ended).not.toBe(0);
});

it("is ended in order: by the signal that ^C is, with time to tidy up", async () => {
  const [ready, tidy] = ["ready", "tidy"].map((name) => join(folder(), name));
  const script = `trap 'sleep 0.2; touch "$2"; exit 7' INT; touch "$1"; while :; do sleep 0.05; done`;
  const run = startStage(shell(script, ready ?? "", tidy ?? ""));
  await vi.waitFor(() => expect(existsSync(ready ?? "")).toBe(true), STARTED_MS);
  await run.end();
  expect([existsSync(tidy ?? ""), await run.ended]).toEqual([true, 7]);
  // Once more harms nobody.
  await run.end();
});

it("one that listens to nobody is killed", async () => {
  const ready = join(folder(), "ready");
  const run = startStage(shell(`trap '' INT TERM; touch "$1"; while :; do sleep 0.05; done`, ready), SHORT);
  await vi.waitFor(() => expect(existsSync(ready)).toBe(true), STARTED_MS);
  await run.end();
  expect(await run.ended).not.toBe(0);
});
