import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE, obeyedIn } from "../../console/obeyed-characters.fixture.ts";
import { ArtifactFolder } from "./artifact-folder.ts";

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
