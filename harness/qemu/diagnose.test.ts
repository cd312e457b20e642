import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { diagnose, openFilesFinding, temporaryFinding } from "./diagnose.ts";

vi.mock(import("node:os"), async (original) => ({ ...(await original()), freemem: () => 0 }));

test("memory that only caches files counts as free", async () => {
  const memory = (await diagnose()).find(({ name }) => name === "memory");
  expect(memory?.detail).toMatch(/^[1-9]\d* MiB of memory free/);
});

test("TMPDIR must be a folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "diagnose-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  const absent = join(folder, "absent");
  expect(await temporaryFinding(absent)).toMatchObject({ state: "missing", detail: `there is no ${absent}` });
  expect(await temporaryFinding(file)).toMatchObject({ state: "missing", detail: `${file} is no folder` });
  expect((await temporaryFinding(file)).hint).toContain("TMPDIR");
  expect((await temporaryFinding(folder)).detail).toMatch(/, \d+ MiB free$/);
  rmSync(folder, { recursive: true });
});

// For root every folder is.
test.runIf(process.getuid?.() !== 0)("TMPDIR must be writable", async () => {
  expect(await temporaryFinding("/")).toMatchObject({ state: "missing", detail: "/ isn't writable" });
});

test.each([
  ["24", "missing"],
  ["63", "missing"],
  ["64", "limited"],
  ["255", "limited"],
  ["256", "ok"],
  ["unlimited", "ok"],
])("a limit of %s open files is %s", (limit, state) => {
  const limits = `Limit                     Soft Limit   Hard Limit   Units\nMax open files            ${limit}   4096   files\n`;
  expect(openFilesFinding(limits)).toMatchObject({ state, detail: `${limit} files may be open at once` });
});

test("doctor looks at TMPDIR and at the limit of open files", async () => {
  const names = (await diagnose()).map(({ name }) => name);
  expect(names).toContain("tmpdir");
  expect(names).toContain("files");
});
