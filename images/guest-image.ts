import { readFile, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { projectRoot } from "../harness/host/project-root.ts";
import { SetupError } from "../harness/host/setup-error.ts";
import { bundle, formatBundleError } from "../scripts/bundle.mjs";
import { obtainBusybox } from "./busybox.ts";
import { ContentCache } from "../harness/host/content-cache.ts";
import type { Announce } from "../harness/host/content-cache.ts";
import { obtainKernel } from "./guest-kernel.ts";
import type { GuestKernel } from "./guest-kernel.ts";
import { agentArchive, initramfs } from "./initramfs.ts";
import { obtainNodeDisk } from "./node-disk.ts";

const AGENT_ENTRY = "guest/agent/main.ts";

/** Where images are kept: UDPSEC_CACHE, else `build/cache` of the project. */
export function cacheFolder(): string {
  const given = process.env["UDPSEC_CACHE"];
  return given === undefined || given === "" ? join(projectRoot(), "build/cache") : given;
}

export function openCache(announce: Announce): ContentCache {
  return new ContentCache(cacheFolder(), announce);
}

/** What the agent is built from; the defaults are the shipped agent. */
export interface AgentSource {
  /** TypeScript entry relative to the project. */
  readonly entry?: string;
  /** Variants are switched in here, at build (esbuild's `define`). */
  readonly define?: Readonly<Record<string, string>>;
  /** Modules in the place of others, relative to the project: a sabotaged agent. */
  readonly replace?: Readonly<Record<string, string>>;
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
export async function buildImage(announce: Announce, agent: AgentSource = {}): Promise<GuestImage> {
  const cache = openCache(announce);
  const kernel = await obtainKernel(cache, announce);
  const busybox = await obtainBusybox(cache, announce);
  const nodeDiskPath = await obtainNodeDisk(cache);
  const agentBundle = await bundleAgent(announce, agent);
  const agentBytes = await readFile(agentBundle.path);
  const initrdPath = await obtainInitrd(cache, kernel, busybox, "init.sh", agentBytes);
  return {
    kernelPath: kernel.kernelPath,
    initrdPath,
    nodeDiskPath,
    origin: { kernel: kernel.origin, node: process.version, agentSha256: agentBundle.sha256 },
  };
}

/** What the race of the accelerators boots: our kernel and init, without Node and agent. */
export interface ProbeImage {
  readonly kernelPath: string;
  readonly initrdPath: string;
}

/** @throws SetupError */
export async function obtainProbeImage(announce: Announce): Promise<ProbeImage> {
  const cache = openCache(announce);
  const kernel = await obtainKernel(cache, announce);
  const initrdPath = await obtainInitrd(cache, kernel, await obtainBusybox(cache, announce), "init.sh");
  return { kernelPath: kernel.kernelPath, initrdPath };
}

/**
 * An initramfs around a script of `images/init/`, with the agent if given.
 *
 * @returns its path
 */
export async function obtainInitrd(
  cache: ContentCache,
  kernel: GuestKernel,
  busybox: string,
  script: string,
  agent?: Uint8Array,
): Promise<string> {
  const parts = [await initramfs(kernel, busybox, join(projectRoot(), "images/init", script))];
  if (agent !== undefined) parts.push(agentArchive(agent));
  const archive = Buffer.concat(parts);
  const folder = await cache.obtain({
    kind: `initrd-${script.replace(/\.sh$/, "")}`,
    key: sha256(archive),
    describe: `initramfs: packing ${script}, busybox and modules${agent === undefined ? "" : " with the agent"}`,
    make: (into) => writeFile(join(into, "initrd.img"), archive),
  });
  return join(folder, "initrd.img");
}

/** @returns the agent as one file for Node @throws SetupError */
export async function bundleAgent(announce: Announce, agent: AgentSource): Promise<{ path: string; sha256: string }> {
  const entry = agent.entry ?? AGENT_ENTRY;
  const define = agent.define ?? {};
  const replace = agent.replace ?? {};
  const variant = sha256(JSON.stringify([entry, define, replace])).slice(0, 8);
  const isShipped = Object.values(agent).every((given) => given === undefined);
  // CommonJS without white space: an emulated processor starts it half a second earlier (decision 002).
  const out = isShipped ? "build/agent.cjs" : `build/agents/${variant}.cjs`;
  try {
    return await bundle({ root: projectRoot(), entry, out, define, replace, minify: true, announce });
  } catch (error) {
    const message = `The agent can't be bundled: ${formatBundleError(error)}`;
    throw new SetupError("bundle-failed", message, `Correct ${entry} or what it imports.`, { cause: error });
  }
}

function sha256(contents: string | Uint8Array): string {
  return createHash("sha256").update(contents).digest("hex");
}
