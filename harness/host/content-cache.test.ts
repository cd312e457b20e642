import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

  it.each([
    ["a file is emptied", (path: string) => truncate(join(path, "file"), 0), "file has 0 bytes, not 8"],
    ["a file is missing", (path: string) => rm(join(path, "file")), "file is missing"],
    ["a bit has changed", (path: string) => writeFile(join(path, "file"), "Contents"), "file has other contents"],
    ["the list is cut", (path: string) => truncate(join(path, "entry.json"), 5), "no list of its files"],
    ["there is no list", (path: string) => rm(join(path, "entry.json")), "no list of its files"],
  ])("makes an entry again when %s", async (_, damage, word) => {
    const make = (into: string): Promise<void> => writeFile(join(into, "file"), "contents");
    const path = await openCache().obtain(request("k", make));
    await damage(path);
    // Another process, which has not looked at the entry yet.
    vi.resetModules();
    const { ContentCache: Another } = await import("./content-cache.ts");
    expect(await new Another(folder, (line) => announced.push(line)).obtain(request("k", make))).toBe(path);
    expect(await readFile(join(path, "file"), "utf8")).toBe("contents");
    expect(announced.at(-1)).toContain(`damaged: ${word}`);
    expect((await readdir(folder)).sort()).toEqual(["thing.lock", `thing-${contentHash("k")}`].sort());
  });

  it("makes entries that every user can read, whatever the umask", async () => {
    const before = process.umask(0o077);
    try {
      const path = await openCache().obtain(
        request("k", async (into) => {
          await mkdir(join(into, "modules"));
          await writeFile(join(into, "modules", "a.ko"), "x");
          await writeFile(join(into, "tool"), "x", { mode: 0o700 });
        }),
      );
      const modes = await Promise.all(
        ["", "modules", "modules/a.ko", "tool", "entry.json"].map(
          async (name) => (await stat(join(path, name))).mode & 0o777,
        ),
      );
      expect(modes.map((mode) => mode.toString(8))).toEqual(["755", "755", "644", "755", "644"]);
    } finally {
      process.umask(before);
    }
  });

  it("tells a file system that refuses as an unusable cache", async () => {
    const unusable = { code: "cache-unusable", kind: "cannot-run" };
    const full = request("k", (into) =>
      symlink("/dev/full", join(into, "file")).then(() => writeFile(join(into, "file"), "x")),
    );
    await expect(openCache().obtain(full)).rejects.toMatchObject(unusable);
    const inFile = new ContentCache("/dev/null/cache", () => undefined);
    await expect(inFile.obtain(request("k", () => Promise.resolve()))).rejects.toMatchObject(unusable);
  });
});
