import { bundle, formatBundleError, type BundleOptions, type BundleResult } from "../../scripts/bundle.mjs";
import { projectRoot } from "./project-root.ts";
import { SetupError } from "./setup-error.ts";

/**
 * Bundles one TypeScript entry of the project into one file for Node, or finds the bundle that the same sources gave before.
 *
 * @returns its path and the SHA-256 of its contents
 * @throws SetupError `bundle-failed`
 */
export async function bundleEntry(options: Omit<BundleOptions, "root">): Promise<BundleResult> {
  try {
    return await bundle({ root: projectRoot(), ...options });
  } catch (error) {
    const { entry } = options;
    const message = `${entry} can't be bundled: ${formatBundleError(error)}`;
    throw new SetupError("bundle-failed", message, `Correct ${entry} or what it imports.`, { cause: error });
  }
}
