import { profileNames } from "../profiles/load.ts";
import { nearestName } from "../profiles/nearest-name.ts";
import { usageError, type Command } from "./command.ts";

const FORMATS: Readonly<Record<string, (names: readonly string[]) => string>> = {
  // One line: it goes into an output of a job.
  github: (names) => JSON.stringify({ include: names.map((profile) => ({ profile })) }),
  gitlab: (names) => `.udpsec:\n  parallel:\n    matrix:\n      - PROFILE: [${names.join(", ")}]`,
  json: (names) => JSON.stringify(names),
};

export const matrixCommand: Command = {
  name: "matrix",
  summary: "the profiles as a matrix for CI",
  usage: "[--format github|gitlab|json]",
  teaches: `
Prints one job per profile, so that a CI runs them side by side: github for a job's strategy.matrix (with fromJSON), gitlab for a
hidden job to extend, json for anything else.`,
  options: { format: { type: "string", value: "FORMAT", help: "github (default), gitlab or json" } },
  examples: [
    'echo "matrix=$(./scripts/udpsec matrix --format github)" >> "$GITHUB_OUTPUT"',
    "udpsec matrix --format json",
  ],
  async run(parsed, io) {
    const format = parsed.text("format") ?? "github";
    const print = FORMATS[format];
    if (print === undefined) {
      const near = nearestName(format, Object.keys(FORMATS));
      const hint = near === undefined ? `there are: ${Object.keys(FORMATS).join(", ")}` : `did you mean ${near}?`;
      throw usageError(`no matrix format ${format}`, hint);
    }
    io.stdout.write(`${print(profileNames())}\n`);
    return 0;
  },
};
