import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArtifactFolder } from "./artifact-folder.ts";
import { KEPT_BY_DEFAULT, keptAtMost } from "./kept-at-most.ts";
import { describePruned, pruneRuns } from "./prune-runs.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pruned-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const BYTES = 100;
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

function begun(second: number, profile = "udp-sec"): ArtifactFolder {
  return ArtifactFolder.create(root, profile, `s${second}`, at(second));
}

/** A run of `BYTES`. */
function finished(second: number, passed: boolean, profile?: string): ArtifactFolder {
  const folder = begun(second, profile);
  folder.write("summary.json", JSON.stringify({ passed }).padEnd(BYTES));
  folder.end();
  return folder;
}

const left = (): string[] =>
  readdirSync(root)
    .filter((name) => name !== "latest")
    .map((name) => name.split("--")[2] ?? name)
    .sort();

describe("of a folder of runs", () => {
  it.each([
    [{ runs: 5, bytes: Infinity }, ["s1", "s2", "s3", "s4", "s5"]],
    [{ runs: 4, bytes: Infinity }, ["s2", "s3", "s4", "s5"]],
    [{ runs: Infinity, bytes: 5 * BYTES }, ["s1", "s2", "s3", "s4", "s5"]],
    [{ runs: Infinity, bytes: 5 * BYTES - 1 }, ["s2", "s3", "s4", "s5"]],
    [{ runs: 9, bytes: 3 * BYTES }, ["s3", "s4", "s5"]],
  ])("the newest stay, with %o", (most, expected) => {
    for (const second of [1, 2, 3, 4, 5]) finished(second, true);
    const { removed, freedBytes } = pruneRuns(root, most);
    expect(left()).toEqual(expected);
    expect(removed).toHaveLength(5 - expected.length);
    expect(freedBytes).toBe((5 - expected.length) * BYTES);
  });

  it("the last red run and the last green one of each profile stay, however old", () => {
    finished(1, false);
    finished(2, false);
    finished(3, true);
    finished(4, true, "two-party");
    for (const second of [5, 6, 7]) finished(second, true);
    pruneRuns(root, { runs: 1, bytes: 1 });
    expect(left()).toEqual(["s2", "s4", "s7"]);
  });

  it("a run without a verdict has nothing that anybody compares with", () => {
    begun(1).write("summary.json", "torn");
    finished(2, true);
    pruneRuns(root, { runs: 1, bytes: Infinity });
    expect(left()).toEqual(["s2"]);
  });

  it("what is kept, what goes on, and what isn't ours is left alone", () => {
    finished(1, true).keep();
    begun(2);
    mkdirSync(join(root, "mine"));
    mkdirSync(join(root, "udp-sec--notes"));
    writeFileSync(join(root, "udp-sec--notes/summary.json"), "{}");
    finished(3, true);
    expect(pruneRuns(root, { runs: 0, bytes: 0 }).removed).toEqual([]);
    expect(left()).toEqual(["mine", "s1", "s2", "s3", "udp-sec--notes"]);
  });

  it("a run that goes on stays, however long nothing has come of it; its end is its summary", () => {
    const held = begun(1);
    for (const name of ["", ...readdirSync(held.path)]) utimesSync(join(held.path, name), 1, 1);
    pruneRuns(root, { runs: 0, bytes: 0 });
    expect(existsSync(held.path)).toBe(true);
    held.end();
    utimesSync(held.path, 1, 1);
    pruneRuns(root, { runs: 0, bytes: 0 });
    expect(existsSync(held.path)).toBe(false);
  });

  it("a run that was killed goes a day after the last that was written into it", () => {
    const { path } = begun(1);
    // Another process has its number by now.
    const [owner = ""] = readdirSync(path);
    writeFileSync(join(path, owner), readFileSync(join(path, owner), "utf8").replace(/ \d+ /, " 1 "));
    utimesSync(join(path, owner), 1, 1);
    const console = join(path, "a-serial.log");
    writeFileSync(console, "");
    utimesSync(path, 1, 1);
    pruneRuns(root, { runs: 0, bytes: 0 });
    expect(existsSync(path)).toBe(true);
    utimesSync(console, 1, 1);
    pruneRuns(root, { runs: 0, bytes: 0 });
    expect(existsSync(path)).toBe(false);
  });
});

it("is told on one line, and not told where nothing went", () => {
  const freed = { folder: "/runs", removed: ["a", "b"], freedBytes: 3.25 * 1024 ** 2 };
  expect(describePruned(freed)).toMatch(/^removed the 2 oldest runs of \/runs, 3\.3 MiB \(UDPSEC_KEEP_RUNS,/);
  expect(describePruned({ ...freed, removed: [] })).toBeUndefined();
});

it("has limits that the environment sets", () => {
  expect(keptAtMost({})).toEqual(KEPT_BY_DEFAULT);
  expect(keptAtMost({ UDPSEC_KEEP_RUNS: "7", UDPSEC_KEEP_BYTES: "3M" })).toEqual({ runs: 7, bytes: 3 * 1024 ** 2 });
  expect(keptAtMost({ UDPSEC_KEEP_RUNS: "0", UDPSEC_KEEP_BYTES: "off" })).toEqual({ runs: Infinity, bytes: Infinity });
  expect(() => keptAtMost({ UDPSEC_KEEP_BYTES: "lots" })).toThrow("UDPSEC_KEEP_BYTES: lots is no limit");
});
