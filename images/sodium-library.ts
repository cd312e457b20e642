import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { packageAssets } from "../harness/host/package-assets.ts";

/** `images/init/sodium-native.cjs` calls the library as these do. */
const FITTING = /^5\./;
const LIBRARY = "prebuilds/linux-x64/sodium-native.node";
/** Where the agent looks for packages, as Node does. */
export const PACKAGES_OF_AGENT = "agent/node_modules";

const packageSchema = z.object({ version: z.string() });

/**
 * libsodium for a guest, where the package `sodium-native` is installed here: without it the agent seals through node:crypto, which
 * under emulation costs a machine an eighth of its run (docs/decisions/028).
 *
 * @param from where the package is looked for, as Node does
 * @returns files of the initramfs, by name; none where there is no package that fits, or that can be read
 */
export async function sodiumFiles(from = import.meta.url): Promise<Readonly<Record<string, Uint8Array>>> {
  const library = fittingLibrary(from);
  if (library === undefined) return {};
  return {
    [`${PACKAGES_OF_AGENT}/sodium-native.js`]: await readFile(join(packageAssets(), "images/init/sodium-native.cjs")),
    [`${PACKAGES_OF_AGENT}/sodium-native.node`]: await readFile(library),
  };
}

function fittingLibrary(from: string): string | undefined {
  try {
    const manifest = createRequire(from).resolve("sodium-native/package.json");
    const { version } = packageSchema.parse(JSON.parse(readFileSync(manifest, "utf8")));
    const library = join(dirname(manifest), LIBRARY);
    return FITTING.test(version) && existsSync(library) ? library : undefined;
  } catch {
    // Nobody needs it.
    return undefined;
  }
}
