import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { bundle, formatBundleError, type BundleOptions, type BundleResult } from "../../scripts/bundle.mjs";
import { isClone, packageAssets, prebuiltFolder } from "./package-assets.ts";
import { SetupError } from "./setup-error.ts";

/**
 * Bundles one TypeScript entry of the project into one file for Node, or finds the bundle that the same sources gave before. An installed
 * package has no sources, and brings its bundles (`scripts/package/`).
 *
 * @returns its path and the SHA-256 of its contents
 * @throws SetupError `bundle-failed`
 */
export async function bundleEntry(options: Omit<BundleOptions, "root">): Promise<BundleResult> {
  if (!isClone()) return prebuilt(options);
  try {
    return await bundle({ root: packageAssets(), ...options });
  } catch (error) {
    const { entry } = options;
    const message = `${entry} can't be bundled: ${formatBundleError(error)}`;
    throw new SetupError("bundle-failed", message, `Correct ${entry} or what it imports.`, { cause: error });
  }
}

function prebuilt({ entry, out }: Omit<BundleOptions, "root">): BundleResult {
  const path = join(prebuiltFolder(), relative("build", out));
  if (!existsSync(path))
    throw new SetupError("bundle-failed", `The package does not bring ${entry}.`, "It runs in a clone of the project.");
  return { path, rebuilt: false, sha256: createHash("sha256").update(readFileSync(path)).digest("hex") };
}
