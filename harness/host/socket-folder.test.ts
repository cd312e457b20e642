import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeSocketFolder, removeSocketFolder } from "./socket-folder.ts";

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "folders-"));
  vi.stubEnv("TMPDIR", parent);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(parent, { recursive: true });
});

/** No process of this machine has the id: as another container's looks from here. */
const FOREIGN_PID = 4_194_305;
const HOUR_MS = 3_600_000;

function foreignFolder(name: string, ageMs: number): string {
  const path = join(parent, `udpsec-${FOREIGN_PID}-${name}`);
  mkdirSync(path);
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
  return path;
}

it("keeps the folder of an owner that listens, whatever its process id says here", async () => {
  const alive = foreignFolder("alive", 0);
  const owner = createServer().listen(join(alive, "owner"));
  await once(owner, "listening");
  utimesSync(alive, new Date(Date.now() - HOUR_MS), new Date(Date.now() - HOUR_MS));
  removeSocketFolder(await makeSocketFolder());
  expect(existsSync(alive)).toBe(true);
  owner.close();
});

it("removes what nobody owns any more, but not what was only just made", async () => {
  const [old, young] = [foreignFolder("old", HOUR_MS), foreignFolder("young", 0)];
  const dead = foreignFolder("dead", 0);
  // A file in the place of the socket is refused as the socket of a dead process is.
  writeFileSync(join(dead, "owner"), "");
  const own = await makeSocketFolder();
  expect([old, dead, young, own].map((path) => existsSync(path))).toEqual([false, false, true, true]);
  removeSocketFolder(own);
  expect(existsSync(own)).toBe(false);
});

it("says what to do when the folder for temporary files can't be used", async () => {
  vi.stubEnv("TMPDIR", join(parent, "none"));
  await expect(makeSocketFolder()).rejects.toMatchObject({ code: "temp-unusable", kind: "cannot-run" });
  writeFileSync(join(parent, "file"), "");
  vi.stubEnv("TMPDIR", join(parent, "file"));
  await expect(makeSocketFolder()).rejects.toMatchObject({ code: "temp-unusable", kind: "cannot-run" });
});
