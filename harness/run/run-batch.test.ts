import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runBatch } from "./run-batch.ts";
import {
  loadScripted,
  notingReporter,
  RUNGS,
  scriptedEquipment,
  scriptedPorts,
  scriptedRequest,
} from "./scripted-machine.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "batch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ports = scriptedPorts({ lines: ["init: udpsec initramfs up", ...RUNGS], exit: { kind: "guest-shutdown" } });

function batch(runsFolders: readonly string[], signal = new AbortController().signal, removePassed = false) {
  const requests = runsFolders.map((runsFolder, at) =>
    scriptedRequest(loadScripted(), { runsFolder, seed: `s${at + 1}` }),
  );
  const reporter = notingReporter();
  return runBatch({ requests, equipment: scriptedEquipment(), reporter, signal, ports, removePassed });
}

test("a run that throws costs no other run its result", async () => {
  const runs = join(folder, "runs");
  const taken = join(folder, "a-file");
  writeFileSync(taken, "");
  const { results, errors } = await batch([runs, taken, runs]);
  expect(results.map(({ seed, code }) => [seed, code])).toEqual([
    ["s1", "passed"],
    ["s3", "passed"],
  ]);
  expect(errors).toMatchObject([
    { request: { seed: "s2" }, error: { code: "artifacts-unwritable", kind: "cannot-run" } },
  ]);
  expect(results.every(({ artifactsFolder }) => existsSync(join(artifactsFolder, "summary.json")))).toBe(true);
});

test("of many repeats that passed the last one stays, and latest points to it", async () => {
  const runs = join(folder, "repeats");
  const { results } = await batch([runs, runs, runs], undefined, true);
  expect(results.map(({ passed, artifactsFolder }) => [passed, existsSync(artifactsFolder)])).toEqual([
    [true, false],
    [true, false],
    [true, true],
  ]);
  expect(existsSync(join(runs, "latest", "summary.json"))).toBe(true);
});

test("a folder that no run could make is not pruned", async () => {
  const { results, errors } = await batch([join(folder, "a-file", "runs")]);
  expect([results, errors.length]).toEqual([[], 1]);
});

test("an abort leaves out what has not begun, without an error", async () => {
  const { results, errors, left } = await batch([folder], AbortSignal.abort("SIGINT"));
  expect([results, errors, left.map(({ seed }) => seed)]).toEqual([[], [], ["s1"]]);
});

test.each([
  ["of a verdict", { lines: ["init: udpsec initramfs up"], exit: { kind: "guest-shutdown" } } as const, "runs", [1, 0]],
  ["of an error", { lines: [], exit: { kind: "guest-shutdown" } } as const, "a-file", [0, 1]],
])("a failure, be it %s, is the last where the user wants no more", async (_, script, where, ended) => {
  writeFileSync(join(folder, "a-file"), "");
  const failing = scriptedPorts(script);
  const requests = ["s1", "s2", "s3"].map((seed) =>
    scriptedRequest(loadScripted(), { runsFolder: join(folder, where), seed }),
  );
  const common = { requests, equipment: scriptedEquipment(), reporter: notingReporter(), ports: failing, jobs: 1 };
  const options = { ...common, signal: new AbortController().signal, removePassed: false };
  const bailed = await runBatch({ ...options, bail: true });
  expect([bailed.results.length, bailed.errors.length]).toEqual(ended);
  expect(bailed.left.map(({ seed }) => seed)).toEqual(["s2", "s3"]);
  expect((await runBatch(options)).left).toEqual([]);
});
