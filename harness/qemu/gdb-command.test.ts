import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { gdbCommand } from "./gdb-command.ts";

it("names the debugger, the architecture, the socket, and the kernel if it can have symbols", () => {
  const folder = mkdtempSync(join(tmpdir(), "gdb-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [elf, raw] = [join(folder, "kernel.elf"), join(folder, "kernel.bin")];
  writeFileSync(elf, "\x7fELF and more");
  writeFileSync(raw, "MZ");
  const target = "-ex 'target remote /s/gdb'";
  expect(gdbCommand("/s/gdb", { arch: "x86_64", kernelPath: elf }, "x64")).toBe(
    `gdb ${elf} -ex 'set architecture i386:x86-64' ${target}`,
  );
  expect(gdbCommand("/s/gdb", { arch: "riscv64", kernelPath: raw }, "x64")).toBe(
    `gdb-multiarch -ex 'set architecture riscv:rv64' ${target}`,
  );
  expect(gdbCommand("/s/gdb", { arch: "aarch64", kernelPath: join(folder, "none") }, "x64")).toBe(
    `gdb-multiarch -ex 'set architecture aarch64' ${target}`,
  );
});
