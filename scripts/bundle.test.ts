import { spawnSync } from "node:child_process";
import {
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
import { projectRoot } from "../harness/host/project-root.ts";
import { bundle, formatBundleError } from "./bundle.mjs";

let root: string;
let announced: string[];

/** Long ago: a source as young as its bundle is not trusted. */
function write(path: string, text: string): void {
  writeFileSync(path, text);
  utimesSync(path, 1, 1);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "udpsec-bundle-test-"));
  symlinkSync(join(projectRoot(), "node_modules"), join(root, "node_modules"));
  mkdirSync(join(root, "src"));
  write(join(root, "src/main.ts"), 'import { word } from "./word.ts";\nprocess.stdout.write(word + VARIANT);\n');
  write(join(root, "src/word.ts"), 'export const word: string = "one";\n');
  announced = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const make = (variant = "-a") =>
  bundle({
    root,
    entry: "src/main.ts",
    out: "build/main.mjs",
    define: { VARIANT: JSON.stringify(variant) },
    announce: (line) => announced.push(line),
  });
const run = (path: string): string => spawnSync(process.execPath, [path], { encoding: "utf8" }).stdout;

describe("bundle", () => {
  it("makes a bundle that runs, once", async () => {
    const first = await make();
    expect(run(first.path)).toBe("one-a");
    expect((await make()).rebuilt).toBe(false);
    expect(announced).toEqual(["bundle: build/main.mjs from src/main.ts (there was none)"]);
  });

  it("makes it again when the contents of an import changed, and only then", async () => {
    await make();
    write(join(root, "src/word.ts"), 'export const word: string = "one";\n');
    expect((await make()).rebuilt).toBe(false);
    write(join(root, "src/word.ts"), 'export const word: string = "two";\n');
    expect(run((await make()).path)).toBe("two-a");
    expect(announced.at(-1)).toContain("(since the last build: src/word.ts changed)");
  });

  it("has a source map beside it, and makes both again when that is gone", async () => {
    const { path } = await make();
    const map = JSON.parse(readFileSync(`${path}.map`, "utf8")) as { sources: string[] };
    expect(map.sources).toEqual(expect.arrayContaining(["../src/word.ts", "../src/main.ts"]));
    rmSync(`${path}.map`);
    expect((await make()).rebuilt).toBe(true);
  });

  it("does not trust a bundle whose sources were written while it was made", async () => {
    const later = Date.now() / 1000 + 60;
    utimesSync(join(root, "src/word.ts"), later, later);
    await make();
    expect((await make()).rebuilt).toBe(true);
    utimesSync(join(root, "src/word.ts"), 1, 1);
    await make();
    expect((await make()).rebuilt).toBe(false);
  });

  it("makes it again for another variant, or when somebody changed the bundle", async () => {
    await make();
    expect(run((await make("-b")).path)).toBe("one-b");
    writeFileSync(join(root, "build/main.mjs"), "");
    expect(run((await make("-b")).path)).toBe("one-b");
    expect(announced.at(-1)).toContain("the bundle itself was changed");
  });

  it("leaves the good bundle and nothing else when the sources are broken", async () => {
    await make();
    write(join(root, "src/word.ts"), "export const word = ;\n");
    const error: unknown = await make().catch((reason: unknown) => reason);
    expect(formatBundleError(error)).toContain("src/word.ts:1:");
    expect(readdirSync(join(root, "build")).sort()).toEqual(["main.mjs", "main.mjs.inputs.json", "main.mjs.map"]);
  });
});
