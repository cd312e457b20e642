import { formatPassRate } from "../history/confidence.ts";
import { readHistory, rememberedProfiles, summariseHistory, type Make } from "../history/history.ts";
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
last failures with their seeds, and whether runs of one and the same make (agent, harness, profile, kernel, image, QEMU) both passed and
failed, which is what makes a flake; what differs between a green and a red run may be their make alone. Runs of older versions don't say what they
were made of: they count for the rate alone.`,
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
    for (const { profile, passed, runs, isFlaky, makes, unkeyed, failures } of histories) {
      io.stdout.write(`${profile}: ${formatPassRate(passed, runs)}${isFlaky ? "; flaky" : ""}\n`);
      const last = makes.at(-1);
      if (last !== undefined) io.stdout.write(`  as it is now: ${formatPassRate(last.passed, last.runs)}\n`);
      for (const make of makes.filter((one) => one.passed > 0 && one.passed < one.runs))
        io.stdout.write(`  flaky: ${make.runs - make.passed} of ${make.runs} failed, ${describeMake(make)}\n`);
      if (unkeyed > 0) io.stdout.write(`  ${unkeyed} of them don't say what they were made of (older versions)\n`);
      for (const { at, seed, code, marker = "" } of failures.slice(-SHOWN_FAILURES))
        io.stdout.write(`  ${at}  ${code.padEnd(12)} ${marker.padEnd(18)} --seed ${seed}\n`);
    }
    if (histories.length === 0) io.stdout.write("nothing is remembered yet: run udpsec test\n");
    return EXIT.passed;
  },
};

function describeMake({ provenance, lastAt }: Make): string {
  return `last ${lastAt}: ${Object.entries(provenance)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ")}`;
}
