import { closeSync, openSync, readSync } from "node:fs";
import type { Architecture } from "../guests/architecture.ts";
import { shellCommand } from "../host/shell-command.ts";

/** How gdb calls what a machine runs; one that was built for a single architecture knows its own alone. */
const GDB_NAMES: Readonly<Record<Architecture, string>> = {
  x86_64: "i386:x86-64",
  aarch64: "aarch64",
  riscv64: "riscv:rv64",
};
const ELF_MAGIC = Buffer.from("\x7fELF", "latin1");

/**
 * The command that debugs a machine, for a shell: the kernel's symbols with it, if its file can have any.
 *
 * @param socket of QEMU's stub @param hostArch as Node names it
 */
export function gdbCommand(
  socket: string,
  { arch, kernelPath }: { readonly arch: Architecture; readonly kernelPath?: string | undefined },
  hostArch: string = process.arch,
): string {
  const isOwn = arch === "x86_64" && hostArch === "x64";
  const symbols = kernelPath !== undefined && isElf(kernelPath) ? [kernelPath] : [];
  const steps = [`set architecture ${GDB_NAMES[arch]}`, `target remote ${socket}`];
  return shellCommand([isOwn ? "gdb" : "gdb-multiarch", ...symbols, ...steps.flatMap((step) => ["-ex", step])]);
}

function isElf(path: string): boolean {
  const head = Buffer.alloc(ELF_MAGIC.length);
  try {
    const file = openSync(path, "r");
    readSync(file, head);
    closeSync(file);
  } catch {
    return false;
  }
  return head.equals(ELF_MAGIC);
}
