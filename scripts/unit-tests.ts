/** Runs vitest with the coverage bound of the core and ends with the counting line. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
}

const directory = join("build", "checks");
const reportPath = join(directory, "vitest.json");
mkdirSync(directory, { recursive: true });

const result = await execa(
  "vitest",
  [
    "run",
    "--coverage",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportPath}`,
    ...process.argv.slice(2),
  ],
  { preferLocal: true, reject: false, stdio: ["ignore", "inherit", "inherit"] },
);
const report = JSON.parse(readFileSync(reportPath, "utf8")) as VitestReport;
// A file that fails to load, or coverage below its bound, is a failure that no single test shows.
const belowBound = result.exitCode !== 0 && report.numFailedTests === 0 ? 1 : 0;
const failed = report.numFailedTests + belowBound;
process.stdout.write(
  `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
