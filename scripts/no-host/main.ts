/** `npm run -s no-host`: the core where there is no host. */
import { join } from "node:path";
import type { ParseArgsConfig } from "node:util";
import { readOptions, runDeveloperTool, ToolUsageError } from "../../guest/programs/developer-tool.ts";
import { projectRoot } from "../../harness/host/project-root.ts";
import { type Comparison, compareSeed, compareVectors } from "./compare.ts";
import { coreEngine } from "./core-engine.ts";
import { EngineError } from "./engine.ts";

/** Of each kind of world some that are short: this engine is some ten times slower than Node. */
const SCENARIOS = ["handshake", "loss5", "fallback"];
const MAX_SEEDS = 1_000;
/** The bundle takes 2 MiB; what vectors and scenarios hold beside it goes up and down. */
const LIMITS = { heapBytes: 16 * 1024 * 1024, stackBytes: 512 * 1024, timeMs: 600_000 };

const HELP = `usage: npm run -s no-host [-- --seeds N]
Runs the core on an engine for ECMAScript that has no host (QuickJS, ${LIMITS.heapBytes / 1024 / 1024} MiB of heap): all vectors of fixtures/vectors, and N seeds of
${SCENARIOS.join(", ")} of the virtual world. All must be as under Node, the trace hashes too.
  --seeds N   from 1 to N of each scenario (default 1)
The last line counts: N passed, N failed, N skipped. Exit: 0 all passed, 1 one failed, 2 usage.
`;

const OPTIONS = {
  seeds: { type: "string", default: "1" },
  help: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await runDeveloperTool("no-host", main);

async function main(args: string[]): Promise<number> {
  const { values } = readOptions({ args, options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const seeds = Number(values.seeds);
  if (!Number.isInteger(seeds) || seeds < 1 || seeds > MAX_SEEDS)
    throw new ToolUsageError(`--seeds is a whole number from 1 to ${MAX_SEEDS}`);
  const engine = await coreEngine(projectRoot(), LIMITS);
  const total = { passed: 0, failed: 0 };
  const compare = async (what: string, comparing: () => Promise<Comparison>): Promise<void> => {
    const startedMs = performance.now();
    const { passed, problems } = await comparing().catch(broken);
    total.passed += passed;
    total.failed += problems.length;
    for (const problem of problems) print(`FAILED ${problem}`);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const heapMib = (engine.heapUsedBytes / 1024 / 1024).toFixed(1);
    print(`${what}: ${passed} as under Node, ${problems.length} not; ${seconds} s, ${heapMib} MiB of heap in use`);
  };
  await compare("vectors", () => compareVectors(engine, join(projectRoot(), "fixtures/vectors")));
  for (const scenario of SCENARIOS) {
    for (let seed = 1; seed <= seeds; seed += 1)
      await compare(`${scenario}, seed ${seed}`, () => compareSeed(engine, scenario, seed));
  }
  print(`${total.passed} passed, ${total.failed} failed, 0 skipped`);
  return total.failed === 0 ? 0 : 1;
}

function broken(error: unknown): Comparison {
  if (!(error instanceof EngineError)) throw error;
  return { passed: 0, problems: [error.message] };
}
