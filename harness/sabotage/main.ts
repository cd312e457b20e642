/** `npm run -s sabotage`: breaks guest, wire and harness on purpose, and sees whether the harness notices. */
import { join } from "node:path";
import type { ParseArgsConfig } from "node:util";
import { usageError } from "../cli/command.ts";
import { suggestion } from "../../contract/nearest-name.ts";
import { EXIT } from "../cli/exit-codes.ts";
import { toldWhile } from "../cli/long-work.ts";
import { programOutput } from "../cli/program-output.ts";
import { parseOptions, runProgram } from "../cli/run-program.ts";
import { projectRoot } from "../host/project-root.ts";
import { equip, guestsOf } from "../run/request/equipment.ts";
import { SILENT_REPORTER } from "../run/request/run-reporter.ts";
import { checkSabotage, type SabotageCheck } from "./check-sabotage.ts";
import { honestRun } from "./sabotages/honest-runs.ts";
import { judgeRecorded } from "./judge-recorded.ts";
import { recordedProfile } from "./recordings/recorded-profiles.ts";
import { runVm } from "./run-vm.ts";
import { HONEST_RUNS, type RecordedSabotage, type Sabotage, type VmSabotage } from "./sabotages/sabotage.ts";
import { SABOTAGES } from "./sabotages/suite.ts";

const HELP = `usage: npm run -s sabotage -- [--fast] [--only NAME]... [--list] [--json]
Breaks guest, wire and harness on purpose. Each sabotage must be caught with its code by the rule that it names, and turn green
when that rule is left out. Recorded runs are in fixtures/recorded; broken agents run in real machines.
  --fast       the recorded ones, and the four broken agents that every change is tried on
  --only NAME  just this one (repeatable)
  --list       all of them: code, rule, what is broken
  --json       the list as data
Exit status: 0 all caught, 1 one was not, 2 usage or set-up.
`;
/** Seed of the broken runs in machines: shown nowhere, their artifacts carry it. */
const VM_SEED = "sabotage";

const OPTIONS = {
  fast: { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] },
  list: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

// What guests printed is in the details of verdicts.
const stdout = programOutput(process.stdout);
const told = { stderr: programOutput(process.stderr), environment: process.env };

await runProgram("sabotage", main);

async function main(args: string[]): Promise<number> {
  const { values } = parseOptions("sabotage", { args, options: OPTIONS });
  if (values.help) return print(HELP);
  if (values.list) return list(values.json);
  const unknown = values.only.find((name) => !SABOTAGES.some((sabotage) => sabotage.name === name));
  if (unknown !== undefined) {
    const names = SABOTAGES.map(({ name }) => name);
    throw usageError(`no sabotage ${unknown}${suggestion(unknown, names)}`, "npm run -s sabotage -- --list");
  }
  const chosen = SABOTAGES.filter(
    (each) => (values.only.length === 0 || values.only.includes(each.name)) && (!values.fast || isFast(each)),
  );
  return await runAll(chosen);
}

function isFast(sabotage: Sabotage): boolean {
  return sabotage.where === "recorded" || sabotage.fast;
}

async function runAll(chosen: readonly Sabotage[]): Promise<number> {
  const counts = { passed: 0, failed: 0 };
  const needed = new Set<string>(chosen.flatMap((each) => (each.where === "recorded" ? [each.honest] : [])));
  for (const name of HONEST_RUNS.filter((each) => needed.has(each))) {
    const { passed, code, detail } = await judgeRecorded(honestRun(name));
    // Without a green start nothing that follows shows anything: it counts when it fails.
    if (passed) continue;
    counts.failed += 1;
    print(`FAIL honest ${name}: ${code}: ${detail}\n`);
  }
  for (const sabotage of chosen) {
    const startedMs = performance.now();
    const { complaint, verdict } = await toldWhile(sabotage.name, told, () =>
      sabotage.where === "recorded" ? checkRecorded(sabotage) : checkInMachine(sabotage),
    );
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    counts[complaint === undefined ? "passed" : "failed"] += 1;
    print(`${complaint === undefined ? "ok  " : "FAIL"} ${sabotage.name} (${seconds} s)  ${verdict.slice(0, 160)}\n`);
    if (complaint !== undefined)
      print(`     ${complaint}\n     again: npm run -s sabotage -- --only ${sabotage.name}\n`);
  }
  print(`${counts.passed} passed, ${counts.failed} failed, 0 skipped\n`);
  return counts.failed === 0 && counts.passed > 0 ? EXIT.passed : EXIT.checkFailed;
}

async function checkRecorded(sabotage: RecordedSabotage): Promise<SabotageCheck> {
  return await checkSabotage(sabotage, sabotage.tamper(honestRun(sabotage.honest)));
}

async function checkInMachine(sabotage: VmSabotage): Promise<SabotageCheck> {
  const loaded = recordedProfile(sabotage.profile);
  const announce = (line: string): void => void process.stderr.write(`udpsec: ${line}\n`);
  const { replace } = sabotage;
  // A signal ends this program as it ends any: nothing of it has to be told first.
  const { signal } = new AbortController();
  const equipment = await equip({
    guests: guestsOf([loaded.profile]),
    accelerator: "auto",
    announce,
    signal,
    agent: { replace },
  });
  const folder = join(projectRoot(), "build/sabotage");
  const { result, recording } = await runVm(loaded, VM_SEED, equipment, folder, SILENT_REPORTER);
  return await checkSabotage(sabotage, recording, result);
}

function list(asJson: boolean): number {
  const rows = SABOTAGES.map(({ name, where, code, rules, breaks, why }) => ({
    name,
    where,
    code,
    rules,
    breaks,
    why,
  }));
  if (asJson) return print(`${JSON.stringify(rows, null, 2)}\n`);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, where, code, rules, breaks, why } of rows) {
    const because = why === undefined ? "" : ` (${why})`;
    print(
      `${name.padEnd(width)}  ${where.padEnd(8)}  ${code} by ${rules.join(", ")}${because}\n${" ".repeat(width)}  ${breaks}\n`,
    );
  }
  return EXIT.passed;
}

function print(text: string): number {
  stdout.write(text);
  return EXIT.passed;
}
