/**
 * The same seed gives the same decisions for the same frames of a flow, however the machines' timing differs:
 * `node scripts/run.mjs harness/e2e/same-decisions.ts [RUNS] [PROFILE] [SEED]`. Runs one profile again and again and compares the
 * switch's logs, as far as the shorter one of each flow goes.
 */
import { execa } from "execa";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DecisionRecord } from "../../guest/sim/links/index.ts";
import { parseDecisionLog } from "../fabric/decision-log.ts";
import { projectRoot } from "../project-root.ts";
import { DECISION_LOG } from "../run/run-network.ts";

const [runs = "5", profile = "cross-vm-loss", seed = "same-decisions"] = process.argv.slice(2);

const folder = mkdtempSync(join(tmpdir(), "udpsec-decisions-"));
const logs: DecisionRecord[][] = [];
for (let run = 1; run <= Number(runs); run += 1) {
  const output = join(folder, String(run));
  const command = ["test", "--profile", profile, "--seed", seed, "--output-dir", output];
  const { exitCode } = await execa(join(projectRoot(), "scripts/udpsec"), command, { reject: false, stdio: "ignore" });
  const [name = ""] = readdirSync(output).filter((entry) => entry !== "latest");
  logs.push(parseDecisionLog(readFileSync(join(output, name, DECISION_LOG), "utf8")));
  process.stdout.write(`run ${run}: exit status ${exitCode ?? "none"}, ${logs.at(-1)?.length ?? 0} decisions logged\n`);
}
const [first = [], ...others] = logs;
const differing = others.map((log) => differences(first, log));
const same = differing.filter((found) => found.length === 0).length + 1;
for (const found of differing.flat()) process.stdout.write(`differs: ${found}\n`);
process.stdout.write(`${same} of ${logs.length} runs of ${profile} with seed ${seed} decided the same\n`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = same === logs.length ? 0 : 1;

/** Beyond the last decision that both logged of a flow nothing can be said: one of the runs sent less. */
function differences(left: readonly DecisionRecord[], right: readonly DecisionRecord[]): string[] {
  const [mine, theirs] = [byFlow(left), byFlow(right)];
  return [...mine].flatMap(([flow, decisions]) => {
    const others = theirs.get(flow) ?? new Map<number, string>();
    const end = Math.min(Math.max(-1, ...decisions.keys()), Math.max(-1, ...others.keys()));
    const indexes = [...new Set([...decisions.keys(), ...others.keys()])].filter((index) => index <= end);
    return indexes
      .filter((index) => decisions.get(index) !== others.get(index))
      .map((index) => `${flow} #${index}: ${decisions.get(index) ?? "none"} against ${others.get(index) ?? "none"}`);
  });
}

function byFlow(log: readonly DecisionRecord[]): Map<string, Map<number, string>> {
  const flows = new Map<string, Map<number, string>>();
  for (const { link, flow, index, reason = "none" } of log) {
    const name = `${link} ${flow}`;
    const decisions = flows.get(name) ?? new Map<number, string>();
    flows.set(name, decisions.set(index, reason));
  }
  return flows;
}
