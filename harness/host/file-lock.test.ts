import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { withFileLock } from "./file-lock.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "lock-"))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("lets one in after the other, and tells the second who holds the lock", async () => {
  const path = join(folder, "kernel.lock");
  const said: string[] = [];
  const log: string[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const first = withFileLock(
    path,
    (line) => said.push(line),
    async () => {
      log.push("first");
      await released;
    },
  );
  await expect.poll(() => log).toEqual(["first"]);
  const second = withFileLock(
    path,
    (line) => said.push(line),
    async () => Promise.resolve(log.push("second")),
  );
  await expect.poll(() => said).toHaveLength(1);
  expect(said[0]).toMatch(new RegExp(`waiting for ${path}, held by process ${process.pid} on `));
  expect(log).toEqual(["first"]);
  release();
  await Promise.all([first, second]);
  expect(log).toEqual(["first", "second"]);
});

it("quotes why the lock can't be taken", async () => {
  const path = join(folder, "none", "kernel.lock");
  const work = withFileLock(
    path,
    () => undefined,
    () => expect.fail("not locked"),
  );
  await expect(work).rejects.toMatchObject({
    code: "cache-unusable",
    message: expect.stringMatching(/No such file/) as string,
  });
});
