import { statSync } from "node:fs";
import { chmod, cp, mkdir, realpath, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { SetupError } from "../harness/host/setup-error.ts";
import type { ContentCache } from "../harness/host/content-cache.ts";
import { HostToolError, runTool } from "../harness/host/host-tool.ts";

const RECIPE_VERSION = 1;
/** Room for ext4's own tables: a sixteenth of the contents and a constant. */
const SPARE_KIB = 4096;

/**
 * A read-only ext4 disk with this Node and the shared libraries it needs, in `bin/` and `lib/`. It doesn't depend on the agent,
 * so it is made once per Node.
 *
 * @returns the path of the disk image
 * @throws SetupError `tool-missing`, `image-failed`
 */
export async function obtainNodeDisk(cache: ContentCache): Promise<string> {
  const folder = await cache.obtain({
    kind: "node-disk",
    key: [RECIPE_VERSION, ...nodeIdentity()],
    describe: `Node disk: packing Node ${process.version} and its libraries`,
    make: makeNodeDisk,
  });
  return join(folder, "node.ext4");
}

/** What tells this Node from others. */
export function nodeIdentity(): readonly (string | number)[] {
  const { size, mtimeMs } = statSync(process.execPath);
  return [process.execPath, process.version, size, mtimeMs];
}

async function makeNodeDisk(into: string): Promise<void> {
  await packNodeDisk(into, process.execPath, await sharedLibraries(process.execPath));
}

/**
 * Makes `node.ext4` in a folder.
 *
 * @param libraries that the program needs, its loader among them
 * @throws SetupError `image-failed`
 */
export async function packNodeDisk(into: string, node: string, libraries: readonly string[]): Promise<void> {
  const tree = join(into, "tree");
  await mkdir(join(tree, "bin"), { recursive: true });
  await mkdir(join(tree, "lib"));
  await copyProgram(node, join(tree, "bin/node"));
  let bytes = (await stat(node)).size;
  for (const library of libraries) {
    await copyProgram(library, join(tree, "lib", basename(library)));
    bytes += (await stat(library)).size;
  }
  const kib = Math.ceil(bytes / 1024);
  const blocks = kib + Math.ceil(kib / 16) + SPARE_KIB;
  try {
    // No journal and no room for root: the disk is never written. Owner root, so that equal trees look alike.
    const features = [
      "-t",
      "ext4",
      "-O",
      "^has_journal,^metadata_csum,^resize_inode",
      "-m",
      "0",
      "-N",
      "64",
      "-b",
      "4096",
    ];
    await runTool("mke2fs", "e2fsprogs", [
      "-q",
      "-F",
      ...features,
      "-E",
      "root_owner=0:0",
      "-d",
      tree,
      join(into, "node.ext4"),
      `${blocks}k`,
    ]);
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    const hint = "Check the free space of the cache folder, or set UDPSEC_CACHE to another one.";
    throw new SetupError("image-failed", `The Node disk can't be made: ${error.message}`, hint, { cause: error });
  }
  await rm(tree, { recursive: true });
}

/** Programs and libraries by the name they are asked for, links followed. */
async function copyProgram(from: string, to: string): Promise<void> {
  await cp(await realpath(from), to);
  await chmod(to, 0o755);
}

async function sharedLibraries(program: string): Promise<readonly string[]> {
  let output: string;
  try {
    output = await runTool("ldd", "libc-bin", [program]);
  } catch (error) {
    if (error instanceof HostToolError && /not a dynamic executable|statically linked/.test(error.detail)) return [];
    throw error;
  }
  return parseLdd(output);
}

/** The files that `ldd` names: `libm.so.6 => /lib/libm.so.6 (0x7f..)` and `/lib64/ld-linux-x86-64.so.2 (0x7f..)`. */
export function parseLdd(output: string): readonly string[] {
  const paths = new Set<string>();
  for (const line of output.split("\n")) {
    const match = /(?:^|=>)\s*(\/\S+)\s+\(0x[0-9a-f]+\)/.exec(line);
    if (match?.[1] !== undefined) paths.add(match[1]);
  }
  return [...paths];
}
