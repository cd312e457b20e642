import { diagnose } from "../qemu/diagnose.ts";
import { refuseArguments, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";

export const doctorCommand: Command = {
  name: "doctor",
  summary: "look whether this machine can run guests, and what would help",
  usage: "[--json]",
  teaches: `
Looks, and changes nothing: Node, QEMU, KVM, the programs that make the image, memory, cache, TMPDIR, open files.`,
  outcomes: { passed: "all is there", cannotRun: "usage, or something that a run needs is missing" },
  options: { json: { type: "boolean", help: "as data" } },
  examples: ["udpsec doctor"],
  async run(parsed, io) {
    refuseArguments("doctor", parsed);
    const findings = await diagnose();
    if (parsed.flag("json")) writeJson(io, findings);
    else {
      for (const { name, state, detail, hint } of findings) {
        io.stdout.write(`${state.padEnd(8)} ${name.padEnd(8)} ${detail}\n`);
        if (hint !== undefined) io.stdout.write(`${" ".repeat(18)}${hint}\n`);
      }
    }
    return findings.some(({ state }) => state === "missing") ? EXIT.cannotRun : EXIT.passed;
  },
};
