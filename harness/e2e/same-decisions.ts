/**
 * `npm run -s same-decisions -- [RUNS] [PROFILE] [SEED]`: the same seed gives the same decisions for the same frames of a flow, however
 * the machines' timing differs. Runs one profile several times and compares the switch's logs, flow by flow, as far as the shorter
 * log goes. Runs that fail or log nothing show nothing: exit status 1.
 */
import { execa } from "execa";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../cli/exit-codes.ts";
import { readCount, runProgram } from "../cli/run-program.ts";
import { decisionProblems, type DecidedRun } from "../compare/same-decisions.ts";
import { parseDecisionLog, type LoggedDecision } from "../fabric/decision-log.ts";
import { projectRoot } from "../host/project-root.ts";
import { DECISION_LOG } from "../worlds/live/run-network.ts";

await runProgram("same-decisions", async ([runs, profile = "cross-vm-loss", seed = "same-decisions"]) => {
  const folder = mkdtempSync(join(tmpdir(), "udpsec-decisions-"));
  const count = readCount(runs, "RUNS", 5);
  const made: DecidedRun[] = [];
  for (let run = 1; run <= count; run += 1) {
    const output = join(folder, String(run));
    const args = ["test", "--profile", profile, "--seed", seed, "--output-dir", output];
    const { exitCode } = await execa(join(projectRoot(), "scripts/udpsec"), args, { reject: false, stdio: "ignore" });
    const decisions = decisionsIn(output);
    made.push({ exitCode, decisions });
    process.stdout.write(`run ${run}: exit status ${exitCode ?? "none"}, ${decisions.length} decisions logged\n`);
  }
  const problems = decisionProblems(made);
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  const verdict = problems.length === 0 ? "decided the same" : "did not show that they decide the same";
  process.stdout.write(`${made.length} runs of ${profile} with seed ${seed} ${verdict}\n`);
  rmSync(folder, { recursive: true, force: true });
  return problems.length === 0 ? EXIT.passed : EXIT.checkFailed;
});

/** A run that could not even be set up left no folder. */
function decisionsIn(output: string): LoggedDecision[] {
  const log = join(output, "latest", DECISION_LOG);
  return existsSync(log) ? parseDecisionLog(readFileSync(log, "utf8")) : [];
}
