import { readFile, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { packageAssets } from "../harness/host/package-assets.ts";
import { bundleAgent, type AgentSource } from "../harness/host/agent-bundle.ts";
import { cacheFolder } from "../harness/host/cache-folder.ts";
import { obtainBusybox } from "./busybox.ts";
import { obtainCodeCache } from "./code-cache.ts";
import { ContentCache } from "../harness/host/content-cache.ts";
import type { Announce } from "../harness/host/content-cache.ts";
import { FOREIGN_NODE_VERSION, obtainForeignNodeDisk } from "./foreign-node-disk.ts";
import type { GuestProcessor } from "./guest-processor.ts";
import { obtainKernel } from "./guest-kernel.ts";
import type { GuestKernel } from "./guest-kernel.ts";
import { agentArchive, initramfs } from "./initramfs.ts";
import { obtainNodeDisk } from "./node-disk.ts";
import { sodiumFiles } from "./sodium-library.ts";

export function openCache(announce: Announce): ContentCache {
  return new ContentCache(cacheFolder(), announce);
}

/** The files that a guest of ours boots from. */
export interface GuestImage {
  readonly kernelPath: string;
  readonly initrdPath: string;
  readonly nodeDiskPath: string;
  /** For the summary: package of the kernel, version of Node, hash of the agent. */
  readonly origin: { readonly kernel: string; readonly node: string; readonly agentSha256: string };
}

/**
 * Makes what is missing of our guest's image; with everything in the cache it only reads.
 *
 * @throws SetupError
 */
export async function buildImage(
  announce: Announce,
  agent: AgentSource = {},
  processor: GuestProcessor = "x64",
): Promise<GuestImage> {
  const cache = openCache(announce);
  const kernel = await obtainKernel(cache, announce, processor);
  const busybox = await obtainBusybox(cache, announce, processor);
  const isOurs = processor === "x64";
  const nodeDiskPath = isOurs ? await obtainNodeDisk(cache) : await obtainForeignNodeDisk(cache, announce);
  const agentBundle = await bundleAgent(announce, agent);
  const agentText = await readFile(agentBundle.path);
  const start = await readFile(join(packageAssets(), "images/init/start.cjs"));
  const agentFiles = {
    "agent/agent.cjs": agentText,
    "agent/start.cjs": start,
    // The other architecture's Node is another one, and couldn't be run here.
    ...(isOurs ? { "agent/agent.cjs.cache": await obtainCodeCache(cache, agentText, start) } : {}),
    ...(isOurs ? await sodiumFiles() : {}),
  };
  const initrdPath = await obtainInitrd(cache, kernel, busybox, "init.sh", agentFiles);
  return {
    kernelPath: kernel.kernelPath,
    initrdPath,
    nodeDiskPath,
    origin: {
      kernel: kernel.origin,
      node: isOurs ? process.version : FOREIGN_NODE_VERSION,
      agentSha256: agentBundle.sha256,
    },
  };
}

/**
 * What the race of the accelerators boots: our kernel and init, without Node and agent.
 *
 * @throws SetupError
 */
export async function obtainProbeImage(announce: Announce): Promise<Pick<GuestImage, "kernelPath" | "initrdPath">> {
  const cache = openCache(announce);
  const kernel = await obtainKernel(cache, announce);
  const initrdPath = await obtainInitrd(cache, kernel, await obtainBusybox(cache, announce), "init.sh");
  return { kernelPath: kernel.kernelPath, initrdPath };
}

const SCRIPTS_OF_INIT = ["processes.sh", "control.sh", "stacks.sh"] as const;

/**
 * An initramfs around a script of `images/init/`, with the agent's files, by name, if given.
 *
 * @returns its path
 */
export async function obtainInitrd(
  cache: ContentCache,
  kernel: GuestKernel,
  busybox: string,
  script: string,
  agentFiles?: Readonly<Record<string, Uint8Array>>,
): Promise<string> {
  const folderOfScripts = join(packageAssets(), "images/init");
  const parts = [await initramfs(kernel, busybox, join(folderOfScripts, script))];
  if (agentFiles !== undefined) {
    const named = SCRIPTS_OF_INIT.map(async (name) => [name, await readFile(join(folderOfScripts, name))] as const);
    parts.push(agentArchive({ ...agentFiles, ...Object.fromEntries(await Promise.all(named)) }));
  }
  const archive = Buffer.concat(parts);
  const folder = await cache.obtain({
    kind: `initrd-${script.replace(/\.sh$/, "")}`,
    key: sha256(archive),
    describe: `initramfs: packing ${script}, busybox and modules${agentFiles === undefined ? "" : " with the agent"}`,
    make: (into) => writeFile(join(into, "initrd.img"), archive),
  });
  return join(folder, "initrd.img");
}

function sha256(contents: string | Uint8Array): string {
  return createHash("sha256").update(contents).digest("hex");
}
