import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, obeyedIn } from "../../console/obeyed-characters.fixture.ts";
import { ArtifactFolder, pruneRuns } from "./artifact-folder.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "artifacts-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

function finished(second: number, bytes = 10): ArtifactFolder {
  const folder = ArtifactFolder.create(root, "udp-sec", `s${second}`, at(second));
  folder.write("summary.json", "x".repeat(bytes));
  return folder;
}

const left = (): string[] =>
  readdirSync(root)
    .filter((name) => name !== "latest")
    .map((name) => name.split("--")[2] ?? "")
    .sort();

describe("artifact folder", () => {
  it("is named by profile, time and seed, and never shared", () => {
    const { path } = finished(1);
    expect(path).toBe(join(root, "udp-sec--20260101T000001000Z--s1"));
    expect(finished(1).path).toBe(join(root, "udp-sec--20260101T000001001Z--s1"));
  });

  it("says so when it can't be made", () => {
    writeFileSync(join(root, "file"), "");
    expect(() => ArtifactFolder.create(join(root, "file"), "p", "s", at(1))).toThrow(/can't write .* \(EEXIST\)/);
  });

  it("keeps the first failed write for the verdict instead of throwing", () => {
    const folder = finished(1);
    expect(folder.failure).toBeUndefined();
    ArtifactFolder.remove(folder.path);
    folder.write("late", "x");
    expect(folder.failure).toMatchObject({ code: "artifacts-unwritable", kind: "cannot-run" });
  });

  it("tells a full disk by its own code", () => {
    const folder = ArtifactFolder.create(root, "p", "s", at(1));
    // A device that is always full.
    symlinkSync("/dev/full", join(folder.path, "summary.txt"));
    folder.write("summary.txt", "x");
    expect(folder.failure?.code).toBe("disk-full");
  });
});

describe("a file of the folder", () => {
  it("can be shown on a terminal, whatever a guest printed", () => {
    const folder = finished(1);
    folder.write("a-console.txt", `one\n\t${HOSTILE}\n`);
    const text = readFileSync(join(folder.path, "a-console.txt"), "utf8");
    expect(obeyedIn(text)).toEqual([]);
    expect(text).toMatch(/^one\n\t<é+>\n$/);
  });
});

describe("pruning", () => {
  it.each([
    [2, ["s1", "s2"]],
    [1, ["s2"]],
    [0, []],
  ])("keeps the newest %i", (most, expected) => {
    finished(1);
    finished(2);
    pruneRuns(root, most);
    expect(left()).toEqual(expected);
  });

  it.each([
    [20, ["s1", "s2"]],
    [19, ["s2"]],
  ])("keeps at most %i bytes", (most, expected) => {
    finished(1);
    finished(2);
    pruneRuns(root, 10, most);
    expect(left()).toEqual(expected);
  });

  it("leaves alone what is kept, what goes on, and what isn't ours", () => {
    finished(1).keep();
    ArtifactFolder.create(root, "udp-sec", "going-on", at(2));
    mkdirSync(join(root, "mine"));
    writeFileSync(join(root, "udp-sec--notes.txt"), "");
    pruneRuns(root, 0);
    expect(readdirSync(root)).toEqual(expect.arrayContaining(["mine", "udp-sec--notes.txt"]));
    expect(left()).toEqual(expect.arrayContaining(["s1", "going-on"]));
  });

  it("removes what was killed a day ago", () => {
    const { path } = ArtifactFolder.create(root, "udp-sec", "killed", at(1));
    utimesSync(path, 1, 1);
    pruneRuns(root, 0);
    expect(existsSync(path)).toBe(false);
  });
});
