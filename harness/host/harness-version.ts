import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageAssets } from "./package-assets.ts";

const HASH_DIGITS = 12;

let told: string | undefined;

/** Of the project's package.json. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageAssets(), "package.json"), "utf8"));
  return (manifest as { readonly version: string }).version;
}

/** @returns the version, and which program of it this is: a bundle's hash; two of the same are the same harness, commit or not */
export function harnessVersion(): string {
  told ??= `${packageVersion()} ${programOf(import.meta.filename)}`;
  return told;
}

/** From its sources a harness is run by tests, which may change any of them. */
function programOf(file: string): string {
  if (file.endsWith(".ts")) return "sources";
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, HASH_DIGITS);
}
