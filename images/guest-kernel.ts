import { existsSync, statSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SetupError } from "../harness/host/setup-error.ts";
import type { Announce, ContentCache } from "../harness/host/content-cache.ts";
import { directKernel } from "./direct-kernel.ts";
import { type DebianPackages, KERNEL_HINT } from "./debian-packages.ts";
import { type GuestProcessor, packagesFor } from "./guest-processor.ts";
import { normaliseModuleName, readModuleInfo } from "./module-info.ts";
import { loadOrder, ModuleOrderError } from "./module-order.ts";
import { runTool } from "../harness/host/host-tool.ts";

/** What the guests need beyond what Debian's cloud kernel has built in (serial, ext4, namespaces). */
export const WANTED_MODULES = ["virtio_pci", "virtio_console", "virtio_blk", "virtio_net", "virtio_rng", "qemu_fw_cfg"];

const KERNEL_PACKAGES = { x64: "linux-image-cloud-amd64", arm64: "linux-image-cloud-arm64" } as const;
const RECIPE_VERSION = 2;

export interface GuestKernel {
  /** The kernel image. */
  readonly kernelPath: string;
  /** The folder with the modules, uncompressed. */
  readonly modulesFolder: string;
  /** File names in `modulesFolder`, in the order of loading. */
  readonly moduleOrder: readonly string[];
  /** Package name, or the path that UDPSEC_KERNEL gave. */
  readonly origin: string;
}

const manifestSchema = z.object({ origin: z.string(), kernel: z.string(), moduleOrder: z.array(z.string()) });

/**
 * The guest's kernel with the modules it needs: from UDPSEC_KERNEL and UDPSEC_MODULES, else Debian's cloud kernel.
 *
 * @throws SetupError `kernel-unavailable`, `modules-unavailable`
 */
export async function obtainKernel(
  cache: ContentCache,
  announce: Announce,
  processor: GuestProcessor = "x64",
): Promise<GuestKernel> {
  const debianPackage = KERNEL_PACKAGES[processor];
  const kernel = processor === "x64" ? process.env["UDPSEC_KERNEL"] : undefined;
  const modules = process.env["UDPSEC_MODULES"];
  const given = kernel === undefined || kernel === "" ? undefined : givenKernel(kernel, modules);
  const folder = await cache.obtain({
    kind: "kernel",
    key: [RECIPE_VERSION, WANTED_MODULES, given ?? debianPackage],
    describe: given === undefined ? `kernel: fetching Debian's ${debianPackage}` : `kernel: taking ${given.kernel}`,
    make: async (into) => {
      if (given === undefined) await takeDebianKernel(into, debianPackage, packagesFor(processor, cache, announce));
      else await takeKernel(into, given.kernel, given.modules, given.kernel);
    },
  });
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
  return {
    kernelPath: join(folder, manifest.kernel),
    modulesFolder: join(folder, "modules"),
    moduleOrder: manifest.moduleOrder,
    origin: manifest.origin,
  };
}

interface GivenKernel {
  readonly kernel: string;
  readonly modules: string;
  readonly identity: readonly number[];
}

function givenKernel(kernel: string, modules: string | undefined): GivenKernel {
  if (!existsSync(kernel))
    throw new SetupError("kernel-unavailable", `UDPSEC_KERNEL: ${kernel} doesn't exist.`, KERNEL_HINT);
  if (modules === undefined || !existsSync(modules)) {
    const what =
      modules === undefined || modules === "" ? "is not set, but UDPSEC_KERNEL is" : `: ${modules} doesn't exist`;
    throw new SetupError("modules-unavailable", `UDPSEC_MODULES ${what}.`, KERNEL_HINT);
  }
  const { size, mtimeMs } = statSync(kernel);
  return { kernel, modules, identity: [size, mtimeMs, statSync(modules).mtimeMs] };
}

async function takeDebianKernel(into: string, debianPackage: string, packages: DebianPackages): Promise<void> {
  const work = join(into, "work");
  await mkdir(work);
  const [name = debianPackage] = await packages.unpackInto(work, debianPackage, "kernel-unavailable");
  const boot = join(work, "root/boot");
  const image = (await readdir(boot)).find((file) => file.startsWith("vmlinuz-"));
  if (image === undefined)
    throw new SetupError("kernel-unavailable", `The package ${name} holds no kernel.`, KERNEL_HINT);
  const version = image.slice("vmlinuz-".length);
  const modules = ["usr/lib/modules", "lib/modules"].map((path) => join(work, "root", path, version)).find(existsSync);
  if (modules === undefined)
    throw new SetupError("modules-unavailable", `The package ${name} holds no modules.`, KERNEL_HINT);
  await takeKernel(into, join(boot, image), modules, name);
  await rm(work, { recursive: true });
}

async function takeKernel(into: string, kernel: string, modulesSource: string, origin: string): Promise<void> {
  const image = await readFile(kernel);
  await writeFile(join(into, "kernel"), directKernel(image) ?? image);
  await mkdir(join(into, "modules"));
  const files = await moduleFiles(modulesSource);
  const builtIn = await builtInModules(modulesSource);
  const contents = new Map<string, Uint8Array>();
  const dependsOf = new Map<string, readonly string[]>();
  // Dependencies come one by one: only files that matter are read.
  const read = async (name: string): Promise<void> => {
    const file = files.get(name);
    if (file === undefined || dependsOf.has(name)) return;
    const module = await readModule(file);
    const { depends } = readModuleInfo(module);
    contents.set(name, module);
    dependsOf.set(name, depends);
    for (const dependency of depends) await read(dependency);
  };
  for (const name of WANTED_MODULES) await read(name);
  let order: readonly string[];
  try {
    order = loadOrder(WANTED_MODULES, (name) => dependsOf.get(name), builtIn);
  } catch (error) {
    if (!(error instanceof ModuleOrderError)) throw error;
    const message = `The kernel ${origin} lacks what the guest needs: ${error.message}.`;
    throw new SetupError("modules-unavailable", message, KERNEL_HINT, { cause: error });
  }
  for (const name of order)
    await writeFile(join(into, "modules", `${name}.ko`), contents.get(name) ?? new Uint8Array(0));
  const manifest = { origin, kernel: "kernel", moduleOrder: order.map((name) => `${name}.ko`) };
  await writeFile(join(into, "manifest.json"), JSON.stringify(manifest));
}

async function moduleFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const match = /^(.+)\.ko(\.xz)?$/.exec(entry.name);
    if (match?.[1] !== undefined && entry.isFile())
      files.set(normaliseModuleName(match[1]), join(entry.parentPath, entry.name));
  }
  return files;
}

async function builtInModules(folder: string): Promise<ReadonlySet<string>> {
  const list = join(folder, "modules.builtin");
  if (!existsSync(list)) return new Set();
  const names = [...(await readFile(list, "utf8")).matchAll(/([^/\n]+)\.ko$/gm)].map((match) => match[1] ?? "");
  return new Set(names.map(normaliseModuleName));
}

async function readModule(file: string): Promise<Uint8Array> {
  if (!file.endsWith(".xz")) return readFile(file);
  // Later Debian releases compress their modules.
  const base64 = await runTool("sh", "dash", ["-c", 'xz -dc -- "$0" | base64 -w 0', file]);
  return Buffer.from(base64, "base64");
}
