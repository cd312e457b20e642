/** Makes what the package holds beside its sources' texts: compiled modules with their declarations, and the programs that it starts. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { execa } from "execa";
import { BUNDLES, type HarnessBundle } from "../../harness/host/bundles.ts";
import { bundle } from "../bundle.mjs";

/** A clone makes its bundles with it, and the package's modules name it. */
const COPIED = ["scripts/bundle.mjs", "scripts/bundle.d.mts"];
/** Declarations keep the ending that the sources have. */
const RELATIVE_IMPORT = /((?:from|import) "\.{1,2}\/[^"]+|import\("\.{1,2}\/[^"]+)\.ts"/g;

/** @param root of the clone; `dist/` there is made anew */
export async function makePackage(root: string): Promise<void> {
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  await execa("tsc", ["-p", "tsconfig.package.json"], {
    cwd: root,
    preferLocal: true,
    localDir: root,
    stdio: ["ignore", 2, 2],
  });
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (name.endsWith(".d.ts")) rewrite(join(dist, name));
  }
  mkdirSync(join(dist, "scripts"));
  for (const path of COPIED) copyFileSync(join(root, path), join(dist, path));
  for (const { entry, out, minify = false, browser = false } of Object.values<HarnessBundle>(BUNDLES)) {
    const path = join(dist, "prebuilt", relative("build", out));
    await bundle({ root, entry, out: path, minify, ...(browser ? { browser } : {}) });
    // What it was made from is of no use without the sources.
    rmSync(`${path}.inputs.json`, { force: true });
  }
}

function rewrite(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(RELATIVE_IMPORT, '$1.js"'));
}
