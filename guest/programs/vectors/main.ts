import { runVectors } from "./run-vectors.ts";

process.exitCode = runVectors(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});
