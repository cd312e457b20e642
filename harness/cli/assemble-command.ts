import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { assemble, START_ADDRESS } from "../../images/riscv64/assemble.ts";
import { elfFile } from "../../images/riscv64/elf.ts";
import { usageError, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

export const assembleCommand: Command = {
  name: "assemble",
  summary: "a small guest for RISC-V from a page of assembler, where no cross assembler is installed",
  usage: "SOURCE.s KERNEL.elf",
  teaches: `
Knows as much of GNU's syntax as a first guest needs (fixtures/guests has some); what it doesn't know it names, with the line. A guest's table
may have it as its "prepare".`,
  outcomes: { passed: "made" },
  options: {},
  takes: "file",
  examples: ["udpsec assemble kernel.s kernel.elf"],
  async run({ positionals: [source, out, ...rest] }) {
    if (source === undefined || out === undefined || rest.length > 0)
      throw usageError("assemble takes a source and a kernel", "udpsec assemble kernel.s kernel.elf");
    const file = elfFile(assemble(readText(source)), START_ADDRESS);
    mkdirSync(dirname(out), { recursive: true });
    // Another run may be reading the old one.
    const aside = `${out}.${process.pid}.tmp`;
    writeFileSync(aside, file);
    renameSync(aside, out);
    return EXIT.passed;
  },
};

/** @throws HarnessError `usage` */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw usageError(`${path} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`, "name a file");
  }
}
