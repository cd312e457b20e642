import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { SetupError } from "./setup-error.ts";

const PACKAGE_NAME = "udpsec";

let found: string | undefined;

/**
 * The folder of what comes with the project and is only read: profiles, markers, scripts of init, in a clone and in an installed package alike.
 * Nothing is ever written there.
 *
 * @example join(packageAssets(), "fixtures/profiles/two-party.toml")
 * @throws SetupError `project-missing` when this file was moved out of it
 */
export function packageAssets(): string {
  found ??= findUpwards(import.meta.dirname);
  return found;
}

function findUpwards(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (nameOf(join(folder, "package.json")) === PACKAGE_NAME) return folder;
    if (folder === dirname(folder)) {
      const message = `No package ${PACKAGE_NAME} in or above ${start}.`;
      const hint = "Run the scripts of a clone, or the installed package; a bundle does not work on its own.";
      throw new SetupError("project-missing", message, hint);
    }
  }
}

function nameOf(manifest: string): unknown {
  if (!existsSync(manifest)) return undefined;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { readonly name?: unknown }).name;
}

/** Whether this is a clone, which has its sources and makes its bundles of them. npm packs no lock file. */
export function isClone(): boolean {
  return existsSync(join(packageAssets(), "package-lock.json"));
}

/** What is written that is no artifact of a run's own folder: in a clone its `build`, else `build` in the current folder. */
export function buildFolder(): string {
  return isClone() ? join(packageAssets(), "build") : resolve("build");
}

/** Where bundles are that were made when the package was. */
export function prebuiltFolder(): string {
  return join(packageAssets(), "dist/prebuilt");
}

/** How the command line is called, for who is told what to type. */
export function commandName(): string {
  return isClone() ? "./scripts/udpsec" : "npx udpsec";
}
