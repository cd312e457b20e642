import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cpioArchive } from "./cpio.ts";
import type { ArchiveEntry } from "./cpio.ts";
import type { GuestKernel } from "./guest-kernel.ts";
import { PACKAGES_OF_AGENT } from "./sodium-library.ts";

/** The commands that the init scripts call, and a few for whoever looks around in a shell. */
const APPLETS =
  "sh ash cat chmod chown cut date dmesg echo free head insmod ip kill ln ls lsmod mkdir mkfifo mount nsenter poweroff ps readlink setsid sleep " +
  "stty sysctl tail test top umount uname unshare usleep vi";

/**
 * The initramfs that the kinds of guest that boot start from: busybox, the modules, and the given script as pid 1. Not compressed: on an
 * emulated processor unpacking costs more than the copy saves.
 *
 * @param init path of the script
 */
export async function initramfs(kernel: GuestKernel, busybox: string, init: string): Promise<Uint8Array> {
  const folders = ["bin", "dev", "proc", "sys", "run", "modules", "disk", "agent", PACKAGES_OF_AGENT];
  const entries: ArchiveEntry[] = folders.map((path) => ({ kind: "folder", path }));
  // Pid 1 gets its console from here: devtmpfs is mounted by it, later.
  entries.push({ kind: "device", path: "dev/console", major: 5, minor: 1 });
  entries.push({ kind: "file", path: "init", contents: await readFile(init), executable: true });
  entries.push({ kind: "file", path: "bin/busybox", contents: await readFile(busybox), executable: true });
  for (const applet of APPLETS.split(" ")) entries.push({ kind: "link", path: `bin/${applet}`, target: "busybox" });
  // Where Node's interpreter and libraries are looked for; they are on the disk.
  for (const path of ["lib", "lib64"]) entries.push({ kind: "link", path, target: "disk/lib" });
  for (const file of kernel.moduleOrder) {
    const contents = await readFile(join(kernel.modulesFolder, file));
    entries.push({ kind: "file", path: `modules/${file}`, contents });
  }
  const order = kernel.moduleOrder.map((file) => `${file}\n`).join("");
  entries.push({ kind: "file", path: "modules/order", contents: Buffer.from(order) });
  return cpioArchive(entries);
}

/**
 * A second archive with what is of the agent and of its start: the kernel unpacks archives that follow each other one over the other.
 *
 * @param files by name
 */
export function agentArchive(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return cpioArchive(Object.entries(files).map(([path, contents]): ArchiveEntry => ({ kind: "file", path, contents })));
}
