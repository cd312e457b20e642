/** `npm run -s model`: the models of docs/model, whole and broken. */
import { availableParallelism } from "node:os";
import type { ParseArgsConfig } from "node:util";
import { projectRoot } from "../../harness/host/project-root.ts";
import { HostToolError } from "../../harness/host/host-tool.ts";
import { SetupError } from "../../harness/host/setup-error.ts";
import { readOptions, runDeveloperTool, ToolUsageError } from "../../guest/programs/developer-tool.ts";
import { allChecks, type Check } from "./models.ts";
import { ensureModelTools } from "./tools.ts";
import { NoVerdictError, Verifier } from "./verifier.ts";

const HELP = `usage: npm run -s model [-- NAME...] [-- --trail MODEL/PROPERTY [--with DEFINE]]
Searches all states of the models of docs/model with spin: each property holds, and each broken model violates the property that it is
there for. The last line counts: N passed, N failed, N skipped. Exit: 0 all as expected, 1 not so, 2 usage or set-up.
  NAME             one model, or MODEL/PROPERTY; without names, all
  --trail          the shortest way to a violation, in words; of a property that is about the end of time, some way
  --with DEFINE    in that broken model; else in the first that violates the property
`;

const OPTIONS = {
  trail: { type: "string" },
  with: { type: "string" },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

interface Outcome {
  readonly check: Check;
  readonly problem: string | undefined;
  readonly detail: string;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const nameOf = ({ model, property, defines }: Check): string => [`${model}/${property}`, ...defines].join(" with ");

await runDeveloperTool("model", main);

async function main(args: string[]): Promise<number> {
  const { values, positionals } = readOptions({ args, options: OPTIONS, allowPositionals: true });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    await ensureModelTools((line) => process.stderr.write(`udpsec: ${line}\n`));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new ToolUsageError(`${error.message}\n${error.hint}`);
  }
  return values.trail === undefined ? checkAll(positionals) : tellTrail(values.trail, values.with);
}

async function checkAll(names: readonly string[]): Promise<number> {
  const checks = allChecks().filter(
    ({ model, property }) => names.length === 0 || names.includes(model) || names.includes(`${model}/${property}`),
  );
  if (checks.length === 0) throw new ToolUsageError(`no model or property ${names.join(", ")}`);
  const outcomes = await inParallel(groupsOf(checks), availableParallelism());
  const failed = outcomes.filter(({ problem }) => problem !== undefined).length;
  print(`${outcomes.length - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

/** Checks of the same model with the same defines need one verifier. */
function groupsOf(checks: readonly Check[]): Check[][] {
  const groups = new Map<string, Check[]>();
  for (const check of checks) {
    const key = [check.model, ...check.defines].join(" ");
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()];
}

async function inParallel(groups: readonly Check[][], count: number): Promise<Outcome[]> {
  const waiting = [...groups];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift())
      outcomes.push(...(await run(group)));
  };
  await Promise.all(Array.from({ length: count }, work));
  return outcomes;
}

/** All of one model. Told as soon as it is known. */
async function run(group: readonly Check[]): Promise<Outcome[]> {
  const [first] = group;
  if (first === undefined) return [];
  const verifier = new Verifier(projectRoot(), first.model, first.defines);
  const isBroken = group.every(({ expected }) => expected === "violated");
  const outcomes: Outcome[] = [];
  let build: Promise<void> | undefined;
  for (const check of group) {
    // A violation is found within moments: there the compiler's time counts.
    build ??= verifier.build([isBroken ? "-O0" : "-O1"]);
    const outcome = await outcomeOf(check, build, verifier);
    outcomes.push(outcome);
    print(`${outcome.problem === undefined ? "ok  " : "FAIL"} ${nameOf(check)}: ${outcome.problem ?? outcome.detail}`);
  }
  return outcomes;
}

async function outcomeOf(check: Check, build: Promise<void>, verifier: Verifier): Promise<Outcome> {
  const startedMs = performance.now();
  try {
    await build;
    const { found, states } = await verifier.search(check);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const detail = `${found}, ${states} states, ${seconds} s`;
    return { check, detail, problem: found === check.expected ? undefined : `${detail}; expected: ${check.expected}` };
  } catch (error) {
    if (!(error instanceof NoVerdictError || error instanceof HostToolError)) throw error;
    return { check, detail: "", problem: error.message };
  }
}

async function tellTrail(name: string, define: string | undefined): Promise<number> {
  const check = allChecks().find(
    ({ model, property, defines, expected }) =>
      expected === "violated" && `${model}/${property}` === name && (define === undefined || defines.includes(define)),
  );
  if (check === undefined)
    throw new ToolUsageError(`nothing violates ${name}${define === undefined ? "" : ` with ${define}`}`);
  const verifier = new Verifier(projectRoot(), check.model, check.defines, "trail");
  // Breadth first: the first violation is a shortest one. A circle is found in depth alone.
  await verifier.build(check.kind === "safety" ? ["-O2", "-DBFS", "-DSAFETY"] : ["-O2"]);
  const { found } = await verifier.search(check);
  print(`${nameOf(check)}: ${found}`);
  for (const line of await verifier.trail()) print(`  ${line}`);
  return found === "violated" ? 0 : 1;
}
