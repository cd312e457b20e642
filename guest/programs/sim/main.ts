/** `udpsec sim`, behind harness/cli/sim-command.ts. */
import { writeFileSync } from "node:fs";
import { parseSimValues, type SimValues } from "../../../contract/sim-options.ts";
import { QlogFile } from "../../core/index.ts";
import { SCENARIOS } from "../../sim/scenarios/catalogue.ts";
import { TraceHash } from "../../sim/trace-hash.ts";
import { runDeveloperTool, ToolUsageError } from "../developer-tool.ts";
import { RunCapture } from "./run-capture.ts";
import { runSeeds, type SeedFailure, type SeedsSummary, sumUp } from "./run-seeds.ts";
import { isWorthSpreading, serveAsWorker, spreadSeeds } from "./seed-workers.ts";
import { checkSimValues, type SimArguments } from "./sim-arguments.ts";

// A reader that has seen enough (`| head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
if (!serveAsWorker()) await runDeveloperTool("sim", ([values]) => run(parseSimValues(values)));

async function run(values: SimValues): Promise<number> {
  const args = checkSimValues(values);
  if (args.isList) return list(args);
  const startedMs = performance.now();
  const qlog = args.traceFile === undefined ? undefined : new QlogFile(args.scenarioName);
  const summaries: SeedsSummary[] = [];
  const tap = captureOf(args);
  const spread = isWorthSpreading(args) ? spreadSeeds(new URL(import.meta.url), values, args) : undefined;
  for (const [index, scenario] of args.scenarios.entries()) {
    const results = await spread?.[index];
    const summary =
      results === undefined
        ? await runSeeds(scenario, args, { traceOf: qlog && ((node) => qlog.sinkOf(node)), tap })
        : sumUp(scenario.scenario.name, results, args);
    summaries.push(summary);
    if (!args.isJson) printSummary(summary);
  }
  tap?.close();
  if (args.traceFile !== undefined && qlog !== undefined) writeFileSync(args.traceFile, qlog.text());
  const total = sum(args.scenarioName, summaries, performance.now() - startedMs);
  if (args.isJson) {
    const parts = summaries.length === 1 ? {} : { scenarios: summaries.map(asJson) };
    process.stdout.write(`${JSON.stringify({ ...asJson(total), ...parts })}\n`);
  } else {
    process.stdout.write(`${total.passed} passed, ${total.failed} failed, 0 skipped\n`);
  }
  return total.failed === 0 ? 0 : 1;
}

function captureOf({ framesFile, secretsFile }: SimArguments): RunCapture | undefined {
  if (framesFile === undefined && secretsFile === undefined) return undefined;
  try {
    return new RunCapture(framesFile, secretsFile);
  } catch (error) {
    throw new ToolUsageError(error instanceof Error ? error.message : String(error));
  }
}

function list({ isJson }: SimArguments): number {
  if (isJson) {
    process.stdout.write(`${JSON.stringify(SCENARIOS.map(({ scenario: { name, proves } }) => ({ name, proves })))}\n`);
    return 0;
  }
  const width = Math.max(...SCENARIOS.map(({ scenario }) => scenario.name.length));
  for (const { scenario } of SCENARIOS) process.stdout.write(`${scenario.name.padEnd(width)}  ${scenario.proves}\n`);
  return 0;
}

function sum(scenario: string, summaries: readonly SeedsSummary[], realMs: number): SeedsSummary {
  const add = (of: (summary: SeedsSummary) => number): number =>
    summaries.reduce((total, summary) => total + of(summary), 0);
  const [only] = summaries;
  const hash = new TraceHash();
  for (const { traceHash } of summaries) hash.text(traceHash);
  return {
    scenario,
    seeds: add(({ seeds }) => seeds),
    passed: add(({ passed }) => passed),
    failed: add(({ failed }) => failed),
    failures: summaries.flatMap(({ failures }) => failures),
    virtualMs: add(({ virtualMs }) => virtualMs),
    realMs,
    traceHash: summaries.length === 1 && only !== undefined ? only.traceHash : hash.digest(),
  };
}

function asJson(summary: SeedsSummary): Record<string, unknown> {
  return {
    scenario: summary.scenario,
    seeds: summary.seeds,
    passed: summary.passed,
    failed: summary.failed,
    failures: summary.failures.map(({ seed, reason, replay }) => ({ seed, reason, replay })),
    virtual_seconds: Number((summary.virtualMs / 1000).toFixed(3)),
    real_seconds: Number((summary.realMs / 1000).toFixed(3)),
    trace_hash: summary.traceHash,
  };
}

function printSummary(summary: SeedsSummary): void {
  const { scenario, passed, failed, virtualMs, realMs, traceHash } = summary;
  const speed = `${(virtualMs / 1000).toFixed(1)} virtual s in ${(realMs / 1000).toFixed(1)} s`;
  const verdict = failed === 0 ? "ok  " : "FAIL";
  process.stdout.write(`${verdict} ${scenario}  ${passed} passed, ${failed} failed  ${speed}  ${traceHash}\n`);
  for (const failure of summary.failures.slice(0, 3)) printFailure(failure);
}

function printFailure({ seed, reason, replay, virtualMs, recent }: SeedFailure): void {
  process.stdout.write(`  seed ${seed} at ${virtualMs.toFixed(3)} ms: ${reason}\n`);
  for (const line of recent) process.stdout.write(`    ${line}\n`);
  process.stdout.write(`  again: ${replay}\n`);
}
