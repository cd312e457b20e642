import { formatPassRate } from "../history/confidence.ts";
import { readHistory, rememberedProfiles, summariseHistory } from "../history/history.ts";
import { usageError, writeJson, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { historyFolder } from "./shards/costs.ts";

/** Failures shown per profile, newest last. */
const SHOWN_FAILURES = 5;

export const historyCommand: Command = {
  name: "history",
  summary: "how often each profile passed on this machine, and what failed",
  usage: "[PROFILE...] [--json]",
  teaches: `
Every run of udpsec test leaves a line in build/history/PROFILE.ndjson. This sums them up: pass rate with its 95 % confidence, the
last failures with their seeds, and whether one and the same agent both passed and failed, which is what makes a flake.`,
  options: { json: { type: "boolean", help: "as data, every failure" } },
  takes: "profile",
  examples: ["udpsec history", "udpsec history cross-vm-loss --json"],
  async run(parsed, io) {
    const folder = historyFolder();
    const known = rememberedProfiles(folder);
    const unknown = parsed.positionals.find((name) => !known.includes(name));
    if (unknown !== undefined)
      throw usageError(
        `nothing is remembered of ${unknown}`,
        known.length === 0 ? "run udpsec test" : `there are: ${known.join(", ")}`,
      );
    const names = parsed.positionals.length === 0 ? known : parsed.positionals;
    const histories = names
      .map((name) => ({ name, entries: readHistory(folder, name) }))
      .filter(({ entries }) => entries.length > 0)
      .map(({ name, entries }) => summariseHistory(name, entries));
    if (parsed.flag("json")) {
      writeJson(io, histories);
      return EXIT.passed;
    }
    for (const { profile, passed, runs, isFlaky, failures } of histories) {
      io.stdout.write(`${profile}: ${formatPassRate(passed, runs)}${isFlaky ? "; flaky" : ""}\n`);
      for (const { at, seed, code, marker = "" } of failures.slice(-SHOWN_FAILURES))
        io.stdout.write(`  ${at}  ${code.padEnd(12)} ${marker.padEnd(18)} --seed ${seed}\n`);
    }
    if (histories.length === 0) io.stdout.write("nothing is remembered yet: run udpsec test\n");
    return EXIT.passed;
  },
};
