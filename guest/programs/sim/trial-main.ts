/**
 * One run of the virtual world again and again with fewer decisions of its links: behind `udpsec minimize --scenario`. The first
 * line on stdout is the run itself, `{"failure", "decisions"}`; then each line on stdin, a JSON array of indexes of decisions to
 * keep, is answered by a line `{"failure"}`. Null: passed.
 */
import { createInterface } from "node:readline";
import { parseSimValues, type SimValues } from "../../../contract/sim-options.ts";
import { withOverrides } from "../../sim/scenarios/overrides.ts";
import { runScenario } from "../../sim/world/run-scenario.ts";
import { chosenCrypto } from "./chosen-crypto.ts";
import { runDeveloperTool, ToolUsageError } from "../developer-tool.ts";
import { checkSimValues } from "./sim-arguments.ts";
import type { DecisionRecord } from "../../../contract/impairment/index.ts";
import type { DecisionTrial } from "../../../contract/impairment/made-link.ts";

await runDeveloperTool("minimize", async ([values]) => {
  await serve(parseSimValues(values));
  return 0;
});

async function serve(values: SimValues): Promise<void> {
  const { scenarios, firstSeed, lastSeed, overrides, crypto: kind } = checkSimValues(values);
  const [chosen, more] = scenarios;
  if (chosen === undefined || more !== undefined || firstSeed !== lastSeed)
    throw new ToolUsageError("one scenario and one seed");
  if (chosen.world !== "endpoint")
    throw new ToolUsageError("a scenario of endpoints; daemons and self-tests can't be minimised yet");
  const scenario = withOverrides(chosen.scenario, overrides);
  const crypto = chosenCrypto(kind);
  const run = (decisions: DecisionTrial): string | null =>
    runScenario(scenario, { seed: firstSeed, crypto, decisions }).failure?.reason ?? null;

  const decisions: DecisionRecord[] = [];
  const failure = run({
    onDecision: (record) => {
      if (isRemarkable(record)) decisions.push(record);
    },
  });
  answer({ failure, decisions });
  for await (const line of createInterface({ input: process.stdin })) {
    const kept = new Set(JSON.parse(line) as readonly number[]);
    answer({ failure: run({ replay: decisions.filter((_, index) => kept.has(index)) }) });
  }
}

/** A fault had a hand in it. */
function isRemarkable({ deliveries, reason }: DecisionRecord): boolean {
  return reason !== undefined || deliveries.length !== 1;
}

function answer(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
