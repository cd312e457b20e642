/** What a machine writes to: files of its own, made before it starts and removed when it has ended. */
import { constants, rmSync, statSync } from "node:fs";
import { copyFile, mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiskPlan, Firmware } from "../guests/machine-shape.ts";
import { FIRMWARE_VARIABLES } from "./command-line.ts";

/** @param artifact a path for this machine, by what it is called @returns the path of each disk, by its name */
export async function makeDisks(
  disks: readonly DiskPlan[],
  firmware: Firmware,
  artifact: (suffix: string) => string,
): Promise<Record<string, string>> {
  const paths: Record<string, string> = {};
  for (const { name, source } of disks) {
    const path = artifact(`disk-${name}${source.kind === "seed" ? "" : ".img"}`);
    paths[name] = path;
    if (source.kind === "empty") await makeEmpty(path, source.bytes);
    // A copy that shares its blocks with the image where the file system can: the image itself is never written.
    else if (source.kind === "image") await copyFile(source.path, path, constants.COPYFILE_FICLONE);
    else await makeSeed(path, source.files);
  }
  if (typeof firmware === "string" || !("vars" in firmware)) return paths;
  const vars = artifact("firmware-variables.img");
  await copyFile(firmware.vars, vars, constants.COPYFILE_FICLONE);
  return { ...paths, [FIRMWARE_VARIABLES]: vars };
}

/** @returns bytes; 0 without disks */
export function largestDisk(disks: Readonly<Record<string, string>>): number {
  return Math.max(0, ...Object.values(disks).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0));
}

export function removeDisks(disks: Readonly<Record<string, string>>): void {
  for (const path of Object.values(disks)) rmSync(path, { recursive: true, force: true });
}

/** Takes no room until it is written to. */
async function makeEmpty(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
}

async function makeSeed(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, contents] of Object.entries(files)) await writeFile(join(folder, name), contents);
}
