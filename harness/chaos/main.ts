/**
 * What goes wrong around a run, and what the command line must make of it: `npm run -s chaos [-- --fast] [--case NAME]... [--cli PATH]`.
 * A QEMU that misbehaves (a fake one) and hosts that lack something. Each case has the verdict, the exit status and the time that it
 * must end with, and must leave nothing.
 */
import type { ParseArgsConfig } from "node:util";
import { EXIT } from "../cli/exit-codes.ts";
import { toldWhile } from "../cli/long-work.ts";
import { programOutput } from "../cli/program-output.ts";
import { parseOptions, runProgram } from "../cli/run-program.ts";
import { ChaosSite } from "./chaos-ground.ts";
import type { ChaosCase } from "./chaos-case.ts";
import { HOST_CASES } from "./host-cases.ts";
import { QEMU_CASES } from "./qemu-cases.ts";
import { SIGNAL_CASES } from "./signal-cases.ts";
import { runCase } from "./run-case.ts";

const HELP = `usage: npm run -s chaos -- [--fast] [--case NAME]... [--cli PATH] [--verbose]
A QEMU that misbehaves, hosts that lack something, signals: each case with the verdict, the exit status and the time that it must end with.
  --fast       the cases that every change is tried on
  --case NAME  just this one (repeatable)
  --cli PATH   this bundle of udpsec instead of one made now
  --verbose    what udpsec printed, of cases that pass too
Exit status: 0 all passed, 1 one failed, 2 usage or set-up.
`;

const OPTIONS = {
  fast: { type: "boolean", default: false },
  case: { type: "string", multiple: true, default: [] },
  cli: { type: "string" },
  verbose: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

const CASES: readonly ChaosCase[] = [...QEMU_CASES, ...HOST_CASES, ...SIGNAL_CASES];

// What the fake machines print is in the texts of failed cases.
const stdout = programOutput(process.stdout);
const told = { stderr: programOutput(process.stderr), environment: process.env };

await runProgram("chaos", main);

async function main(args: string[]): Promise<number> {
  const { values } = parseOptions("chaos", { args, options: OPTIONS });
  if (values.help) {
    stdout.write(HELP);
    return EXIT.passed;
  }
  const chosen = CASES.filter(
    ({ name, fast }) => (!values.fast || fast === true) && (values.case.length === 0 || values.case.includes(name)),
  );
  const site = await ChaosSite.make(values.cli);
  let failed = 0;
  try {
    await warmUp(site);
    for (const chaosCase of chosen) {
      const running = () => runCase(chaosCase, site, site.newCase(true));
      const { faults, elapsedMs, text } = await toldWhile(chaosCase.name, told, running);
      const mark = faults.length === 0 ? "ok" : "FAILED";
      stdout.write(`${mark.padEnd(6)} ${chaosCase.name} (${(elapsedMs / 1000).toFixed(1)} s)\n`);
      for (const fault of faults) stdout.write(`       ${fault}\n`);
      if (faults.length > 0 || values.verbose) stdout.write(`${text.replace(/^/gm, "       | ")}\n`);
      if (faults.length > 0) failed += 1;
    }
  } finally {
    site.remove();
  }
  stdout.write(`${chosen.length - failed} passed, ${failed} failed, 0 skipped\n`);
  return failed === 0 && chosen.length > 0 ? EXIT.passed : EXIT.checkFailed;
}

/** Makes the images that the cases boot "from" once: those of the profiles that they run, not every architecture's. */
async function warmUp(site: ChaosSite): Promise<void> {
  const ground = site.newCase(false);
  await runCase({ name: "warm-up", status: 0, withinMs: 60_000 }, site, ground);
  const event = { name: "warm-up", profile: "rng-gate", fake: "exits-at-once", status: 2, withinMs: 60_000 } as const;
  await runCase(event, site, ground);
  site.keepCache(ground);
}
