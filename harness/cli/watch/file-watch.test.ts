import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { FileWatch } from "./file-watch.ts";

/** Longer than any test writes. */
const SETTLED_MS = 150;
const QUIET_MS = 600;
const SEEN_MS = 10_000;

interface Ground {
  readonly folder: string;
  readonly told: string[][];
  readonly write: (path: string) => void;
}

async function watched(...places: readonly string[]): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "watched-"));
  const write = (path: string): void => writeFileSync(join(folder, path), String(Math.random()));
  for (const path of ["src", "src/deep", "src/node_modules", "beside"]) mkdirSync(join(folder, path));
  for (const path of ["src/a.ts", "src/deep/b.ts", "one.toml", "other.toml"]) write(path);
  const told: string[][] = [];
  const watch = await FileWatch.start({
    places: places.map((place) => join(folder, place)),
    onChange: (paths) => void told.push(paths.map((path) => relative(folder, path)).sort()),
    onError: (error) => expect.fail(error.message),
    settledMs: SETTLED_MS,
  });
  onTestFinished(async () => {
    await watch.close();
    rmSync(folder, { recursive: true });
  });
  return { folder, told, write };
}

it("tells what changed, came and went, however deep, once it has settled", async () => {
  const { folder, told, write } = await watched("src", "one.toml", "later.toml");
  write("src/a.ts");
  write("src/deep/b.ts");
  write("src/deep/new.ts");
  await vi.waitFor(() => expect(told).toEqual([["src/a.ts", "src/deep/b.ts", "src/deep/new.ts"]]), SEEN_MS);
  // As editors save: a new file takes the place of the old one.
  write("src/.a.ts.saved");
  renameSync(join(folder, "src/.a.ts.saved"), join(folder, "src/a.ts"));
  await vi.waitFor(() => expect(told.slice(1)).toEqual([["src/a.ts"]]), SEEN_MS);
  rmSync(join(folder, "src/deep/new.ts"));
  rmSync(join(folder, "one.toml"));
  await vi.waitFor(() => expect(told.slice(2)).toEqual([["one.toml", "src/deep/new.ts"]]), SEEN_MS);
  // As linkers write: away with the old one first.
  write("one.toml");
  write("later.toml");
  await vi.waitFor(() => expect(told.slice(3)).toEqual([["later.toml", "one.toml"]]), SEEN_MS);
});

it("is not told of what lies beside, of what editors leave, of tests, and of what was there before", async () => {
  const { told, write } = await watched("src", "one.toml");
  const unseen = [
    "other.toml",
    "beside/x.ts",
    "src/.a.ts.swp",
    "src/a.ts~",
    "src/4913",
    "src/a.test.ts",
    "src/node_modules/x.js",
  ];
  for (const path of unseen) write(path);
  await sleep(QUIET_MS);
  expect(told).toEqual([]);
  write("src/a.ts");
  await vi.waitFor(() => expect(told).toEqual([["src/a.ts"]]), SEEN_MS);
});

it("changes that never end are told all the same", async () => {
  const { told, write } = await watched("src");
  const writing = setInterval(() => write("src/a.ts"), SETTLED_MS / 5);
  onTestFinished(() => clearInterval(writing));
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(0), SEEN_MS);
});
