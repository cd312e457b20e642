import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { MAX_CHANNEL_BYTES } from "../console/channel-limit.ts";
import { OutputWatch } from "./output-limits.ts";

it("a channel may be full and not longer; what is longer is told once and cut", async () => {
  const folder = mkdtempSync(join(tmpdir(), "limits-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [full, growing, missing] = ["full", "growing", "missing"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [full, growing]) writeFileSync(path, "");
  truncateSync(full, MAX_CHANNEL_BYTES);
  const told: string[] = [];
  const watch = new OutputWatch([full, missing, growing], (path) => told.push(path));
  onTestFinished(() => watch.end());
  truncateSync(growing, MAX_CHANNEL_BYTES + 1);
  await expect.poll(() => told).toEqual([growing]);
  watch.end();
  expect([told, watch.flooded, statSync(growing).size]).toEqual([[growing], growing, MAX_CHANNEL_BYTES]);
  expect(statSync(full).size).toBe(MAX_CHANNEL_BYTES);
});
