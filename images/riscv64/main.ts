/** `node scripts/run.mjs images/riscv64/main.ts SOURCE.s KERNEL.elf`: assembles a small guest for RISC-V where no cross assembler is installed. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { assemble, START_ADDRESS } from "./assemble.ts";
import { elfFile } from "./elf.ts";

const [source, out, ...rest] = process.argv.slice(2);
if (source === undefined || out === undefined || rest.length > 0) {
  process.stderr.write("usage: node scripts/run.mjs images/riscv64/main.ts SOURCE.s KERNEL.elf\n");
  process.exitCode = 2;
} else {
  try {
    const file = elfFile(assemble(readFileSync(source, "utf8")), START_ADDRESS);
    mkdirSync(dirname(out), { recursive: true });
    // Another run may be reading the old one.
    writeFileSync(`${out}.${process.pid}.tmp`, file);
    renameSync(`${out}.${process.pid}.tmp`, out);
  } catch (error) {
    process.stderr.write(`${source}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
