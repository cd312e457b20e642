import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageAssets } from "../harness/host/package-assets.ts";

const AGENT = `"use strict";function never(){return 1}console.log(process.argv.slice(2).join(" "),require("./beside.cjs"),__filename);fail();`;
/** Says of each script whether V8 took its code cache. */
const TELLING = `const vm = require("node:vm");
vm.Script = class extends vm.Script {
  constructor(...given) {
    super(...given);
    console.log("rejected", this.cachedDataRejected);
  }
};`;

let folder: string;
let start: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "udpsec-start-"));
  start = join(folder, "start.cjs");
  copyFileSync(join(packageAssets(), "images/init/start.cjs"), start);
  writeFileSync(join(folder, "agent.cjs"), AGENT);
  writeFileSync(join(folder, "beside.cjs"), "module.exports = 7;");
  writeFileSync(join(folder, "telling.cjs"), TELLING);
  await execa(process.execPath, [start, "--write-code-cache", join(folder, "agent.cjs.cache")], clean());
});

afterAll(() => rmSync(folder, { recursive: true }));

function clean() {
  return { env: {}, extendEnv: false, reject: false } as const;
}

const run = (...flags: string[]) =>
  execa(process.execPath, [...flags, "--require", join(folder, "telling.cjs"), start, "--alone", "x"], clean());

test("the agent is a module as Node makes one, and its errors tell the places of its file", async () => {
  const { stdout, stderr } = await run();
  expect(stdout.split("\n")[1]).toBe(`--alone x 7 ${join(folder, "agent.cjs")}`);
  expect(stderr).toContain(`agent.cjs:1:${AGENT.indexOf("fail()") + 1}`);
});

test("V8 takes the code cache, and one that doesn't fit is no error", async () => {
  expect((await run()).stdout).toMatch(/^rejected false\n--alone/);
  expect((await run("--no-opt")).stdout).toMatch(/^rejected true\n--alone/);
});

test("without a code cache it starts too", async () => {
  rmSync(join(folder, "agent.cjs.cache"));
  expect((await run()).stdout).toMatch(/^rejected undefined\n--alone/);
});
