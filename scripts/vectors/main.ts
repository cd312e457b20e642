import { resolve } from "node:path";
import { runAllVectors } from "./run-all.ts";

process.exitCode = await runAllVectors(process.argv.slice(2), resolve("fixtures/vectors"), {
  out: (line) => process.stdout.write(`${line}\n`),
  error: (line) => process.stderr.write(`${line}\n`),
});
