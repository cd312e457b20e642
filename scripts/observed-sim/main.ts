/**
 * The simulator under the observer: `node scripts/run.mjs scripts/observed-sim/main.ts [--scenario NAME] [--seeds 1..20]`.
 *
 * Every alarm about an honest end is a mistake of the observer's, of the stack's or of the specification's; none is what is wanted.
 */
import { parseArgs } from "node:util";
import { SCENARIOS } from "../../guest/sim/scenarios/catalogue.ts";
import { runObserved, type ObservedRun } from "./observed-run.ts";

const MAX_SHOWN = 6;

const { values } = parseArgs({
  options: {
    scenario: { type: "string", default: "all" },
    seeds: { type: "string", default: "1..3" },
    /** Goes on with more seeds until then. */
    seconds: { type: "string" },
    skip: { type: "string", default: "" },
  },
});
const [first = 1, last = first] = values.seeds.split("..").map(Number);
const skipped = values.skip.split(",");
const chosen = SCENARIOS.filter(({ scenario: { name } }) =>
  values.scenario === "all" ? !skipped.includes(name) : values.scenario.split(",").includes(name),
);
const tally = { runs: 0, sessions: 0, tcpSessions: 0, alarms: 0, caught: 0, stopped: 0 };
const spentMs = new Map<string, number[]>();
const endMs = values.seconds === undefined ? undefined : performance.now() + Number(values.seconds) * 1_000;
const isOver = (seed: number): boolean => (endMs === undefined ? seed > last : performance.now() > endMs);

for (let seed = first; !isOver(seed); seed += 1) {
  for (const one of chosen) {
    if (endMs !== undefined && performance.now() > endMs) break;
    const startedMs = performance.now();
    count(one.scenario.name, seed, await runObserved(one, seed));
    const spent = spentMs.get(one.scenario.name) ?? [];
    spentMs.set(one.scenario.name, [...spent, performance.now() - startedMs]);
  }
}
for (const [name, spent] of spentMs) {
  const meanMs = spent.reduce((sum, ms) => sum + ms, 0) / spent.length;
  process.stdout.write(
    `${name.padEnd(24)}${String(spent.length).padStart(6)} runs ${meanMs.toFixed(0).padStart(7)} ms each\n`,
  );
}
process.stdout.write(`${JSON.stringify(tally)}\n`);
process.exitCode = tally.alarms === 0 && tally.runs > 0 ? 0 : 1;

function count(name: string, seed: number, { sessions, tcpSessions, alarms, caught, stopped }: ObservedRun): void {
  tally.runs += 1;
  tally.sessions += sessions.length;
  tally.tcpSessions += tcpSessions.length;
  tally.alarms += alarms.length;
  tally.caught += caught.length;
  if (stopped !== undefined) tally.stopped += 1;
  const remarkable = [...alarms.slice(0, MAX_SHOWN), ...caught.slice(0, 1)];
  for (const { rule, requirement, view, node, text, number, session } of remarkable) {
    process.stdout.write(`${name} ${seed}: ${rule} ${requirement} ${node} (${view}) ${session}#${number}: ${text}\n`);
  }
}
