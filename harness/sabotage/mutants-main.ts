/** `npm run -s conform-mutants`: copies of our own daemon, each with one rule broken, against the suite for every implementation. */
import type { ParseArgsConfig } from "node:util";
import { suggestion } from "../../contract/nearest-name.ts";
import { usageError } from "../cli/command.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { toldWhile } from "../cli/long-work.ts";
import { programOutput } from "../cli/program-output.ts";
import { parseOptions, runProgram } from "../cli/run-program.ts";
import { FAST_MUTANTS, MUTANTS } from "./mutants/mutant-list.ts";
import { tryMutant } from "./mutants/try-mutant.ts";

const HELP = `usage: npm run -s conform-mutants -- [--fast] [--whole] [--only NAME]... [--list]
Copies of our own daemon, each with one rule broken. Each must fail the cases of udpsec conform that name the rule, and pass some
that have nothing to do with it.
  --fast       one of each kind
  --whole      plays all cases that wait for no timer as well: what fails beside must be said to depend on the rule
  --only NAME  just this one (repeatable)
  --list       all of them: rule, cases, what is changed
Exit status: 0 all caught, 1 one was not, 2 usage or set-up.
`;

const OPTIONS = {
  fast: { type: "boolean", default: false },
  whole: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

const SHOWN_CHARACTERS = 200;
const stdout = programOutput(process.stdout);
const told = { stderr: programOutput(process.stderr), environment: process.env };

await runProgram("conform-mutants", main);

async function main(args: string[]): Promise<number> {
  const { values } = parseOptions("conform-mutants", { args, options: OPTIONS });
  if (values.help) return print(HELP);
  if (values.list) return list();
  const names = MUTANTS.map(({ name }) => name);
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw usageError(`no mutant ${unknown}${suggestion(unknown, names)}`, "npm run -s conform-mutants -- --list");
  const chosen = MUTANTS.filter(
    ({ name }) =>
      (values.only.length === 0 || values.only.includes(name)) && (!values.fast || FAST_MUTANTS.includes(name)),
  );
  const counts = { passed: 0, failed: 0 };
  for (const mutant of chosen) {
    const startedMs = performance.now();
    const { complaint, verdict } = await toldWhile(mutant.name, told, () => tryMutant(mutant, values.whole));
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    counts[complaint === undefined ? "passed" : "failed"] += 1;
    print(
      `${complaint === undefined ? "ok  " : "FAIL"} ${mutant.name} [${mutant.rule}] (${seconds} s)  ${values.whole ? verdict : verdict.slice(0, SHOWN_CHARACTERS)}\n`,
    );
    if (complaint !== undefined)
      print(`     ${complaint}\n     again: npm run -s conform-mutants -- --only ${mutant.name}\n`);
  }
  print(`${counts.passed} passed, ${counts.failed} failed, 0 skipped\n`);
  return counts.failed === 0 && counts.passed > 0 ? EXIT.passed : EXIT.checkFailed;
}

function list(): number {
  for (const { name, rule, fails, module, find, by } of MUTANTS)
    print(`${name}  [${rule}]  fails ${fails.join(", ")}\n    ${module}: ${find.trim()}\n    becomes: ${by.trim()}\n`);
  return EXIT.passed;
}

function print(text: string): number {
  stdout.write(text);
  return EXIT.passed;
}
