// Runs a TypeScript entry of the project: `node scripts/run.mjs ENTRY.ts [ARGUMENT...]`. Sets up and bundles if needed (what it
// does goes to stderr), then the entry runs in this process: stdout holds the entry's output alone.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleOrTell } from "./bundle.mjs";

const root = resolve(import.meta.dirname, "..");

/** As scripts/setup.sh asks; a shell is started only when there is work for it. */
function packagesAreInstalled() {
  const want = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  return existsSync(join(root, `node_modules/.udpsec-lock-${want}`));
}

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
  process.stderr.write("usage: node scripts/run.mjs ENTRY.ts [ARGUMENT...]\n");
  process.exit(2);
}
if (!packagesAreInstalled()) {
  const setup = spawnSync("bash", [join(root, "scripts/setup.sh")], { stdio: ["ignore", 2, 2] });
  if (setup.status !== 0) process.exit(2);
}
const out = join(root, "build/run", `${entry.replace(/\.ts$/, "").replaceAll("/", "-")}.mjs`);
if ((await bundleOrTell({ root, entry, out })) === undefined) process.exit(2);
process.argv = [process.argv[0], out, ...rest];
await import(pathToFileURL(out).href);
