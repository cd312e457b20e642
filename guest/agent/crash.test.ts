/** Errors that nobody catches, in a process of its own. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "udpsec-crash-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param broken what the program does once crashes are told @param hasEvents whether somebody reads its events */
async function crash(broken: string, hasEvents = true) {
  const entry = join(folder, "entry.ts");
  const path = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
  writeFileSync(
    entry,
    `import { tellCrashes } from ${path("crash.ts")};
import { FileConsole } from ${path("../node/console.ts")};
const clock = { nowMs: () => 1 };
const names = { source: "selftest", eventFile: ${hasEvents ? 3 : undefined} };
tellCrashes(new FileConsole({ consoleFile: 1, ...names, clock }), names);
${broken}`,
  );
  const outfile = join(folder, "entry.cjs");
  await build({ entryPoints: [entry], bundle: true, platform: "node", format: "cjs", minifyWhitespace: true, outfile });
  const file = join(folder, "events");
  const ended = spawnSync(process.execPath, [outfile], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", openSync(file, "w")],
  });
  const told = readFileSync(file, "latin1")
    .split("\n")
    .filter((line) => line !== "")
    .map(parseEventLine);
  return { ...ended, events: told };
}

test.each([
  ["a throw", 'throw new TypeError("at once")', "TypeError: at once", "uncaughtException"],
  ["a rejection", 'void Promise.reject(new RangeError("later"))', "RangeError: later", "unhandledRejection"],
  ["what is no error", 'setTimeout(() => { throw "words"; })', "words", "uncaughtException"],
  ["a long message", 'throw new Error("x".repeat(1e6))', `Error: ${"x".repeat(293)}`, "uncaughtException"],
  [
    "what can't be told",
    'throw { toString() { throw new Error("again"); } }',
    "something that can't be told",
    "uncaughtException",
  ],
])("%s is one line on the console and one event with its stack", async (_, broken, message, origin) => {
  const { status, stdout, stderr, events } = await crash(broken);
  expect([status, stdout, stderr]).toEqual([1, `crashed: selftest: ${message}\n`, ""]);
  expect(events).toMatchObject([
    { source: "selftest", kind: EventKind.FATAL, data: { code: "UNCAUGHT", origin, message } },
  ]);
});

test("where nobody reads events the stack is on standard error", async () => {
  const { status, stdout, stderr, events } = await crash(
    'function thrower() { throw new Error("here"); } thrower();',
    false,
  );
  expect([status, stdout, events]).toEqual([1, "crashed: selftest: Error: here\n", []]);
  expect(stderr).toMatch(/^Error: here\n {4}at thrower \(/);
});
