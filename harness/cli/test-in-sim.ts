import { commandName } from "../host/package-assets.ts";
import { seconds } from "../host/seconds.ts";
import { shellCommand } from "../host/shell-command.ts";
import { shortLines } from "../report/words/short-lines.ts";
import { formatRung } from "../report/rung-text.ts";
import { runInSim, type SimRunResult } from "../worlds/sim/run-in-sim.ts";
import { writeJson, type CommandIo } from "./command.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";
import { toldWhile } from "./long-work.ts";
import { reportError } from "./report-error.ts";
import type { TestOptions } from "./test-options.ts";

/** `udpsec test --world sim`. @returns exit status */
export async function testInSim(options: TestOptions, io: CommandIo): Promise<number> {
  const results: SimRunResult[] = [];
  for (const seed of options.seeds) {
    for (const loaded of options.profiles) {
      if (io.signal.aborted) break;
      const running = (): Promise<SimRunResult> => runInSim(loaded, seed, io.signal);
      const result = await toldWhile(`${loaded.profile.name}  seed ${seed}`, io, running).catch((error: unknown) => {
        // A run that was cut short has no verdict: it counts as skipped.
        if (io.signal.aborted) return undefined;
        throw error;
      });
      if (result === undefined) break;
      results.push(result);
      if (!options.json) io.stdout.write(describe(result));
    }
  }
  for (const { error } of options.broken) reportError(error, io);
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed + options.broken.length;
  const skipped = options.seeds.length * options.profiles.length - results.length;
  if (options.json) writeJson(io, { version: 1, world: "sim", passed, failed, skipped, runs: results });
  else io.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  if (io.signal.aborted) return exitOfSignal(io.signal);
  if (options.broken.length > 0) return EXIT.cannotRun;
  return failed === 0 && skipped === 0 ? EXIT.passed : EXIT.checkFailed;
}

function describe(result: SimRunResult): string {
  const { profile, seed, passed, rungs, failures, virtualMs, realMs, traceHash } = result;
  const lines = [
    `${passed ? "passed" : "FAILED"}  ${profile}  seed ${seed}  ${seconds(virtualMs)} of virtual time in ${seconds(realMs)}, trace ${traceHash}`,
    ...rungs.map((rung) => `  ${formatRung(rung)}`),
    ...failures.map(({ code, detail }) => `  ${shortLines(`${code}: ${detail}`).replaceAll("\n", "\n  ")}`),
    ...whatToDo(result),
  ];
  return `${lines.join("\n")}\n`;
}

function whatToDo({ profile, seed, failures }: SimRunResult): string[] {
  const [first] = failures;
  if (first === undefined) return [];
  return [
    `  explain:   ${commandName()} explain ${first.code}`,
    `  again:     ${commandName()} test --world sim --profile ${shellCommand([profile])} --seed ${seed}`,
  ];
}
