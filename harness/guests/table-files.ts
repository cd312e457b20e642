/** The files that a guest's table names: built, fetched or found, and hashed. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { obtainDebianFile } from "../../images/debian-file.ts";
import { openCache } from "../../images/guest-image.ts";
import { printable } from "../console/printable.ts";
import { HostToolError, runTool } from "../host/host-tool.ts";
import { SetupError } from "../host/setup-error.ts";
import type { PrepareContext } from "./guest-kind.ts";
import type { TableSource } from "./guest-table.ts";

/** A path that begins so names a Debian package and a file in it: `debian:u-boot-qemu/usr/lib/u-boot/...`. */
const DEBIAN = /^debian:([a-z0-9][a-z0-9.+-]+)\/(.+)$/;
const HASH_DIGITS = 16;

/** A build that fails says why at its end. */
const MAX_QUOTED_LINES = 20;

/**
 * Runs the table's `prepare` in its folder, once per batch.
 *
 * @throws SetupError `guest-prepare`
 */
export async function runPrepare(
  command: readonly string[],
  { name, folder }: TableSource,
  { announce, prepared = new Set() }: PrepareContext,
): Promise<void> {
  const id = JSON.stringify([folder, ...command]);
  if (prepared.has(id)) return;
  announce(`guest ${name}: ${command.join(" ")}`);
  try {
    await runTool("env", "coreutils", ["--", ...command], { cwd: folder });
    prepared.add(id);
  } catch (error) {
    if (!(error instanceof HostToolError)) throw error;
    const hint = `Run it in ${folder}: what it needs must be installed there.`;
    throw new SetupError("guest-prepare", `guest ${name}: prepare failed: ${lastLines(error.detail)}`, hint, {
      cause: error,
    });
  }
}

function lastLines(said: string): string {
  const lines = printable(said).split("\n");
  return lines.length <= MAX_QUOTED_LINES ? lines.join("\n") : ["...", ...lines.slice(-MAX_QUOTED_LINES)].join("\n");
}

export interface NamedFile {
  /** Of the table. */
  readonly key: string;
  readonly path: string;
  readonly source: TableSource;
}

/** @returns the absolute path of a file of the table @throws SetupError `guest-file`, or what fetching a package throws */
export async function obtainFile({ key, path, source }: NamedFile, { announce }: PrepareContext): Promise<string> {
  const [, debianPackage, inside] = DEBIAN.exec(path) ?? [];
  if (debianPackage !== undefined && inside !== undefined)
    return obtainDebianFile(openCache(announce), announce, debianPackage, inside);
  const absolute = isAbsolute(path) ? path : join(source.folder, path);
  if (existsSync(absolute) && statSync(absolute).isFile()) return absolute;
  const hint = "Build it, or let `prepare` do so: paths begin at the folder of the file that the table stands in.";
  throw new SetupError("guest-file", `guest ${source.name}: ${key}: there is no file ${absolute}`, hint);
}

/** @returns a hash of each file that is there, by guest and key: what a run was made of */
export async function originOf(
  name: string,
  files: readonly (readonly (string | undefined)[])[],
): Promise<Record<string, string>> {
  const origin: Record<string, string> = {};
  for (const [key = "", path] of files) if (path !== undefined) origin[`${name}.${key}`] = await hashOf(path);
  return origin;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest("hex").slice(0, HASH_DIGITS)}`;
}
