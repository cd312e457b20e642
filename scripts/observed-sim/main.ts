/**
 * The simulator under the observer: `node scripts/run.mjs scripts/observed-sim/main.ts [--scenario NAME] [--seeds 1..20]`.
 *
 * Every alarm about an honest end is a mistake of the observer's, of the stack's or of the specification's; none is what is wanted.
 */
import { readOptions, runDeveloperTool } from "../../guest/programs/developer-tool.ts";
import { checkSimValues, type SimArguments } from "../../guest/programs/sim/sim-arguments.ts";
import { runObserved, type ObservedRun } from "./observed-run.ts";

const MAX_SHOWN = 6;

await runDeveloperTool("observed-sim", async (args) => {
  const { values } = readOptions({
    args,
    options: { scenario: { type: "string", default: "all" }, seeds: { type: "string", default: "1..3" } },
  });
  return await observeAll(checkSimValues(values));
});

async function observeAll({ scenarios, firstSeed, lastSeed }: SimArguments): Promise<number> {
  const tally = { runs: 0, sessions: 0, tcpSessions: 0, alarms: 0, caught: 0, stopped: 0 };
  for (const one of scenarios) {
    const startedMs = performance.now();
    for (let seed = firstSeed; seed <= lastSeed; seed += 1) {
      const run = await runObserved(one, seed);
      tell(one.scenario.name, seed, run);
      tally.runs += 1;
      tally.sessions += run.sessions.length;
      tally.tcpSessions += run.tcpSessions.length;
      tally.alarms += run.alarms.length;
      tally.caught += run.caught.length;
      if (run.stopped !== undefined) tally.stopped += 1;
    }
    const meanMs = (performance.now() - startedMs) / (lastSeed - firstSeed + 1);
    process.stdout.write(`${one.scenario.name.padEnd(24)}${meanMs.toFixed(0).padStart(7)} ms each\n`);
  }
  process.stdout.write(`${JSON.stringify(tally)}\n`);
  return tally.alarms === 0 ? 0 : 1;
}

function tell(name: string, seed: number, { alarms, caught }: ObservedRun): void {
  for (const { rule, requirement, view, node, text, number, session } of [
    ...alarms.slice(0, MAX_SHOWN),
    ...caught.slice(0, 1),
  ]) {
    process.stdout.write(`${name} ${seed}: ${rule} ${requirement} ${node} (${view}) ${session}#${number}: ${text}\n`);
  }
}
