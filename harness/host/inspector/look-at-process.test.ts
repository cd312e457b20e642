import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { readableStack } from "../readable-stack.ts";
import { lookAtProcess } from "./look-at-process.ts";
import { describeDoing } from "./process-doing.ts";

const folder = mkdtempSync(join(tmpdir(), "udpsec-look-"));
afterAll(() => rmSync(folder, { recursive: true }));
let child: ChildProcess | undefined;
afterEach(() => child?.kill("SIGKILL"));

/** @returns the pid of a Node that runs a program and has said that it is there */
async function run(program: string): Promise<number> {
  const file = join(folder, "program.cjs");
  writeFileSync(file, program);
  const words = ["--inspect-port=0", "--inspect-publish-uid=http", file];
  child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "ignore"] });
  if (child.stdout !== null) await once(child.stdout, "data");
  return child.pid ?? 0;
}

it("names where an endless loop is, and who called it; asked twice it answers twice", async () => {
  const pid = await run(
    "function spin() {\n  for (;;) Math.sqrt(2);\n}\nconsole.log(1);\nfunction start() {\n  spin();\n}\nsetImmediate(start);",
  );
  for (const _ of [1, 2]) {
    const doing = await lookAtProcess(pid, "selftest");
    expect(doing).toMatchObject({ source: "selftest", state: "R" });
    if (doing === undefined) return;
    const [first, ...frames] = readableStack(describeDoing(doing));
    expect(first).toMatch(/^runs \(\d+ % of a processor\), at$/);
    expect(frames).toEqual([
      expect.stringMatching(/^ {4}at spin \(\S+program\.cjs:2:\d+\)$/),
      expect.stringMatching(/^ {4}at start \(\S+program\.cjs:6:\d+\)$/),
    ]);
  }
});

it("says of who waits in the event loop what it is kept by", async () => {
  const pid = await run(
    'setTimeout(() => 0, 1e6); require("node:dgram").createSocket("udp4").bind(0, "127.0.0.1", () => console.log(1));',
  );
  const doing = await lookAtProcess(pid, "dsoftbusd");
  expect(doing === undefined ? "" : describeDoing(doing)).toMatch(
    /^waits .*: nothing of ours runs; it is kept by .*Timeout/,
  );
});

it("has the stack of who waits within JavaScript too", async () => {
  const pid = await run(
    "console.log(1); setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));",
  );
  const doing = await lookAtProcess(pid, "dsoftbusd");
  const [first, ...frames] = doing === undefined ? [] : readableStack(describeDoing(doing));
  expect(first).toMatch(/^waits in the kernel's futex\w* \(0 % of a processor\); when it ran next, it was at$/);
  expect(frames).toEqual([expect.stringMatching(/^ {4}at \S+program\.cjs:1:\d+$/)]);
});

it("says of who is held in the kernel that its inspector did not answer, within seconds", async () => {
  const fifo = join(folder, "fifo");
  execFileSync("mkfifo", [fifo]);
  const pid = await run(`console.log(1); setImmediate(() => require("node:fs").openSync(${JSON.stringify(fifo)}));`);
  const startedMs = performance.now();
  const doing = await lookAtProcess(pid, "dsoftbusd");
  expect(doing?.said).toBeUndefined();
  expect(doing === undefined ? "" : describeDoing(doing)).toMatch(/^waits in the .* and its inspector did not answer$/);
  expect(performance.now() - startedMs).toBeLessThan(15_000);
});

it("ends nobody who doesn't take the signal", async () => {
  child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const doing = await lookAtProcess(child.pid ?? 0, "sleep");
  expect(doing).toMatchObject({ state: "S", said: undefined });
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
});

it("finds nothing where no process is", async () => {
  expect(await lookAtProcess(2 ** 22 + 1, "nobody")).toBeUndefined();
});
