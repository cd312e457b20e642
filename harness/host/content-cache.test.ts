import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ContentCache, contentHash, ENTRIES_KEPT_PER_KIND, RECENTLY_USED_MS } from "./content-cache.ts";

let folder: string;
let announced: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "udpsec-cache-test-"));
  announced = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const openCache = (): ContentCache => new ContentCache(folder, (line) => announced.push(line));
const request = (key: unknown, make: (into: string) => Promise<void>) => ({
  kind: "thing",
  key,
  describe: "thing: made",
  make,
});

describe("ContentCache", () => {
  it("makes an entry once and announces only that", async () => {
    const make = (into: string): Promise<void> => writeFile(join(into, "file"), "contents");
    const first = await openCache().obtain(request("k", make));
    const second = await openCache().obtain(request("k", () => Promise.reject(new Error("made twice"))));
    expect(second).toBe(first);
    expect(await readFile(join(first, "file"), "utf8")).toBe("contents");
    expect(announced).toEqual([`thing: made (not in ${folder})`]);
  });

  it("makes an entry once when two ask at the same time", async () => {
    let made = 0;
    const make = async (into: string): Promise<void> => {
      made += 1;
      await writeFile(join(into, "file"), "x");
    };
    const paths = await Promise.all([openCache().obtain(request("k", make)), openCache().obtain(request("k", make))]);
    expect(made).toBe(1);
    expect(paths[0]).toBe(paths[1]);
  });

  it("leaves nothing of an entry that failed, and makes it the next time", async () => {
    await expect(openCache().obtain(request("k", () => Promise.reject(new Error("disk full"))))).rejects.toThrow(
      "disk full",
    );
    expect((await readdir(folder)).filter((name) => !name.endsWith(".lock"))).toEqual([]);
    expect(existsSync(await openCache().obtain(request("k", () => Promise.resolve())))).toBe(true);
  });

  it("removes what a killed run left half-made", async () => {
    await mkdir(join(folder, "tmp-thing-abc"));
    await openCache().obtain(request("k", () => Promise.resolve()));
    expect(existsSync(join(folder, "tmp-thing-abc"))).toBe(false);
  });

  it("keeps the entries used last, and any that was used recently", async () => {
    const old = new Date(Date.now() - RECENTLY_USED_MS - 1000);
    const paths: string[] = [];
    for (let index = 0; index < ENTRIES_KEPT_PER_KIND; index += 1) {
      const path = await openCache().obtain(request(index, () => Promise.resolve()));
      await utimes(path, old, new Date(old.getTime() - index * 1000));
      paths.push(path);
    }
    expect(paths.every((path) => existsSync(path))).toBe(true);
    await openCache().obtain(request("one more", () => Promise.resolve()));
    expect(paths.map((path) => existsSync(path))).toEqual([true, true, true, false]);
    await openCache().obtain(request("k1", () => Promise.resolve()));
    await openCache().obtain(request("k2", () => Promise.resolve()));
    await openCache().obtain(request("k3", () => Promise.resolve()));
    await openCache().obtain(request("k4", () => Promise.resolve()));
    expect(existsSync(join(folder, `thing-${contentHash("one more")}`))).toBe(true);
  });
});
