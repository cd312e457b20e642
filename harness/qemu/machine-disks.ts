/** What a machine writes to: files of its own, made before it starts and removed when it has ended. */
import { constants, rmSync, statSync } from "node:fs";
import { copyFile, mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MachineShape } from "../guests/machine-shape.ts";
import { FIRMWARE_VARIABLES } from "./command-line.ts";

/** @param paths by the name of the disk */
export async function makeDisks(
  { disks, firmware }: Pick<MachineShape, "disks" | "firmware">,
  paths: Readonly<Record<string, string>>,
): Promise<void> {
  for (const { name, source } of disks) {
    const path = paths[name];
    if (path === undefined) continue;
    if (source.kind === "empty") await makeEmpty(path, source.bytes);
    else if (source.kind === "image") await copyOwn(source.path, path);
    else await makeSeed(path, source.files);
  }
  const variables = paths[FIRMWARE_VARIABLES];
  if (variables !== undefined && typeof firmware !== "string" && "vars" in firmware)
    await copyOwn(firmware.vars, variables);
}

/** A copy that shares its blocks with the image where the file system can: the image itself is never written. */
async function copyOwn(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
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
