/** What a machine writes to: files of its own, made before it starts and removed when it has ended. */
import { closeSync, constants, openSync, readSync, rmSync, statSync } from "node:fs";
import { copyFile, mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DiskPlan, MachineShape } from "../guests/machine-shape.ts";
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

/** @returns how long the file of a disk may become, bytes: an image of qcow2 grows to what it stands for; 0 without disks */
export function largestDisk(disks: readonly DiskPlan[], paths: Readonly<Record<string, string>>): number {
  return Math.max(0, ...disks.map(({ name, source }) => largestFile(source, paths[name] ?? "")));
}

function largestFile(source: DiskPlan["source"], path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (source.kind !== "image" || source.format !== "qcow2" || size < QCOW2_SIZE_AT + 8) return size;
  const header = Buffer.alloc(QCOW2_SIZE_AT + 8);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  if (header.toString("latin1", 0, 4) !== "QFI\xfb") return size;
  const stoodFor = Math.min(Number(header.readBigUInt64BE(QCOW2_SIZE_AT)), MAX_GROWN_BYTES);
  return Math.max(size, Math.ceil(stoodFor * QCOW2_TABLES) + SPARE_BYTES);
}

/** docs/interop/qcow2.txt of QEMU: the size of the disk that it stands for. */
const QCOW2_SIZE_AT = 24;
/** With the smallest clusters, 512 bytes, its tables take two in a hundred. */
const QCOW2_TABLES = 1.05;
const SPARE_BYTES = 16 * 1024 * 1024;
/** As an empty one may be at most. */
const MAX_GROWN_BYTES = 64 * 1024 ** 3;

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
