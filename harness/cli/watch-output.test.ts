import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { projectRoot } from "../host/project-root.ts";

const ARGUMENTS = ["scripts/run.mjs", "harness/cli/main.ts"];

/** Runs the command line with one output closed by its reader before the first byte, or on a full disk. */
async function statusOf(args: readonly string[], gone: "stdout" | "stderr" | "full"): Promise<[unknown, string]> {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [...ARGUMENTS, ...args], {
    cwd: projectRoot(),
    stdio: ["ignore", gone === "full" ? full : "pipe", "pipe"],
  });
  closeSync(full);
  const ended = once(child, "exit");
  if (gone !== "full") child[gone]?.destroy();
  const said = gone === "stderr" || child.stderr === null ? "" : await text(child.stderr);
  const [status] = (await ended) as [unknown];
  return [status, said];
}

test("an outcome that the disk did not take is no success", async () => {
  const [status, said] = await statusOf(["list"], "full");
  expect(status).toBe(2);
  expect(said).toMatch(/udpsec: the output can't be written \(ENOSPC\)\n$/);
});

test("a reader that left is not worth a word, and no success", async () => {
  const [status, said] = await statusOf(["list", "--json"], "stdout");
  expect(status).toBe(141);
  expect(said).not.toContain("can't be written");
});

test("who doesn't read the complaints gets the status all the same", async () => {
  expect(await statusOf(["explain", "no-such-code"], "stderr")).toEqual([2, ""]);
});
