import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundle } from "../../scripts/bundle.mjs";
import { projectRoot } from "./project-root.ts";
import { placeOf, readableStack } from "./readable-stack.ts";

const root = projectRoot();
const agents = join(root, "build/agents");
let folder = "";
let path = "";
let sha256 = "";
/** 1-based, of the first place where a ConfigurationError is thrown. */
let position = "";

beforeAll(async () => {
  mkdirSync(agents, { recursive: true });
  folder = mkdtempSync(join(agents, "stack-"));
  const made = await bundle({
    root,
    entry: "contract/nearest-name.ts",
    out: join(agents, "stack-test.cjs"),
    minify: true,
  });
  ({ path, sha256 } = made);
  const text = readFileSync(path, "utf8");
  const at = text.indexOf("function nearestName");
  const before = text.slice(0, at).split("\n");
  position = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const suffix of ["", ".map", ".inputs.json"]) rmSync(`${path}${suffix}`, { force: true });
});

const declared = (): number =>
  readFileSync(join(root, "contract/nearest-name.ts"), "utf8")
    .split("\n")
    .findIndex((line) => line.includes("function nearestName")) + 1;

test("places in a bundle of this machine are told in the TypeScript; Node's own frames are left out", () => {
  const stack = `TypeError: of two\nlines\n    at nearest (file://${path}:${position})\n    at node:internal/x:1:2\n    at ${path}:${position}`;
  const [message, named, line, bare, ...more] = readableStack(stack);
  expect(message).toBe("TypeError: of two lines");
  expect(named).toMatch(new RegExp(`^    at nearest \\(contract/nearest-name\\.ts:${declared()}:\\d+\\)$`));
  expect(line).toMatch(new RegExp(`^      ${declared()} \\| export function nearestName\\(`));
  expect(bare).toMatch(new RegExp(`^    at contract/nearest-name\\.ts:${declared()}:\\d+$`));
  expect(more).toEqual([]);
  expect(placeOf(readableStack(stack))).toBe(`contract/nearest-name.ts:${declared()}`);
});

test("a guest's agent is found by its hash, wherever it lies there", () => {
  const stack = `E: x\n    at f (/agent/agent.cjs:${position})`;
  expect(readableStack(stack, sha256)[1]).toContain(`contract/nearest-name.ts:${declared()}`);
  expect(readableStack(stack)[1]).toBe(`    at f (/agent/agent.cjs:${position})`);
  const other = createHash("sha256").update("other").digest("hex");
  expect(readableStack(stack, other)[1]).toBe(`    at f (/agent/agent.cjs:${position})`);
});

test.each([
  ["another file's map", () => join(folder, "../../..", "etc/passwd")],
  [
    "a bundle's path that isn't written as it is",
    () => join(agents, "../agents/x/..", "stack-test.cjs").replace("agents/", "agents/./"),
  ],
  ["no path", () => "%00"],
])("%s is not opened for a guest's word", (_, at) => {
  const outside = join(root, "build/../outside.cjs");
  expect(existsSync(`${outside}.map`)).toBe(false);
  const place = at();
  expect(readableStack(`E: x\n    at f (${place}:1:1)`)).toEqual(["E: x", `    at f (${place}:1:1)`]);
});

test("a map that can't be read, or a place that isn't in it, leaves the frame as it is", () => {
  const broken = join(folder, "broken.cjs");
  writeFileSync(broken, "");
  writeFileSync(`${broken}.map`, "no JSON");
  expect(readableStack(`E: x\n    at f (${broken}:1:1)`)[1]).toBe(`    at f (${broken}:1:1)`);
  expect(readableStack(`E: x\n    at f (${path}:0:0)`)).toHaveLength(2);
});

test("a guest that sends thousands of frames, or one that is endless, costs a dozen of them and one line", () => {
  const many = `E: x\n${`    at f (${path}:${position})\n`.repeat(5_000)}`;
  expect(readableStack(many)).toHaveLength(14);
  const [, ...frames] = readableStack(`E: x\n    at f (/x.js:1:1)\n    at ${"y".repeat(1e6)} (/x.js:1:1)`);
  expect(frames).toEqual(["    at f (/x.js:1:1)"]);
});

test("what is no stack is one line, and a deep one ends", () => {
  expect(readableStack("just\nwords")).toEqual(["just words"]);
  expect(placeOf(["just words"])).toBeUndefined();
  expect(readableStack(["E: x", ...Array<string>(99).fill("    at f (/x.js:1:1)")].join("\n"))).toHaveLength(13);
});
