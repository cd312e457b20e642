import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { starvedMs } from "./starvation.ts";

it("is that of the thread that waited longest, and 0 where nothing is told", () => {
  const folder = mkdtempSync(join(tmpdir(), "proc-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [thread, text] of [
    ["7", "1000 2000000 3\n"],
    ["8", "1000 4500000 3\n"],
    ["9", "nonsense\n"],
  ] as const) {
    mkdirSync(join(folder, "7/task", thread), { recursive: true });
    writeFileSync(join(folder, "7/task", thread, "schedstat"), text);
  }
  expect(starvedMs(7, folder)).toBe(4.5);
  expect(starvedMs(8, folder)).toBe(0);
});
