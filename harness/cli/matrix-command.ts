import { loadAllProfiles } from "../profiles/load.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { refuseArguments, usageError, type Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { reportError } from "./report-error.ts";
import { costsOf } from "./shards/costs.ts";
import { dealOut, MAX_SHARDS } from "./shards/deal-out.ts";

/** Of each job the profiles that it runs, joined by commas as `--profile` takes them. */
const FORMATS: Readonly<Record<string, (jobs: readonly string[]) => string>> = {
  // One line: it goes into an output of a job.
  github: (jobs) => JSON.stringify({ include: jobs.map((profile, at) => ({ shard: at + 1, profile })) }),
  gitlab: (jobs) =>
    `.udpsec:\n  parallel:\n    matrix:\n      - PROFILE: [${jobs.map((job) => `"${job}"`).join(", ")}]`,
  json: (jobs) => JSON.stringify(jobs),
};

export const matrixCommand: Command = {
  name: "matrix",
  summary: "the profiles as a matrix for CI",
  usage: "[--format github|gitlab|json] [--shards N]",
  teaches: `
Prints one job per profile, or N jobs that share them by how long they took (udpsec history), so that a CI runs them side by side: github for a job's strategy.matrix
(with fromJSON), gitlab for a hidden job to extend, json for anything else. A broken profile gets its job all the same and fails
there; stderr says why.`,
  outcomes: { passed: "printed" },
  options: {
    format: { type: "string", value: "FORMAT", words: Object.keys(FORMATS), help: "github (default), gitlab or json" },
    shards: { type: "string", value: "N", help: "that many jobs (default: one per profile)" },
  },
  examples: [
    'echo "matrix=$(./scripts/udpsec matrix --format github --shards 4)" >> "$GITHUB_OUTPUT"',
    "udpsec matrix --format json",
  ],
  async run(parsed, io) {
    refuseArguments("matrix", parsed);
    const format = parsed.text("format") ?? "github";
    const print = Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (print === undefined) {
      const near = nearestName(format, Object.keys(FORMATS));
      const hint = near === undefined ? `there are: ${Object.keys(FORMATS).join(", ")}` : `did you mean ${near}?`;
      throw usageError(`no matrix format ${format}`, hint);
    }
    const { loaded, broken } = loadAllProfiles();
    for (const { error } of broken) reportError(error, io);
    const costs = costsOf(loaded);
    const profiles = [
      ...loaded.map(({ profile: { name } }) => ({ name, cost: costs.get(name) ?? 0 })),
      // The job of one that can't be read ends at once.
      ...broken.map(({ name }) => ({ name, cost: 0 })),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
    const jobs = dealOut(profiles, readShards(parsed.text("shards"), profiles.length));
    io.stdout.write(`${print(jobs.map((names) => names.join(",")))}\n`);
    return EXIT.passed;
  },
};

function readShards(text: string | undefined, profiles: number): number {
  if (text === undefined) return profiles;
  const shards = Number(text);
  if (/^\d+$/.test(text) && shards >= 1 && shards <= MAX_SHARDS) return shards;
  throw usageError(`--shards ${text} is not a number from 1 to ${MAX_SHARDS}`, "e.g. --shards 4");
}
