/**
 * Runs vitest and ends with the counting line: `node scripts/run.mjs scripts/vitest-counted.ts REPORT_NAME [VITEST_ARGUMENT...]`.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { failedTestLines, type ReportedFile } from "./failed-tests.ts";

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly ReportedFile[];
}

const [name = "vitest", ...args] = process.argv.slice(2);
const directory = join("build", "checks");
const reportPath = join(directory, `${name}.json`);
mkdirSync(directory, { recursive: true });
// A report of an earlier run must not speak for this one.
rmSync(reportPath, { force: true });

const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportPath}`];
const result = await execa("vitest", ["run", ...reporters, ...args], {
  preferLocal: true,
  reject: false,
  stdio: ["ignore", "inherit", "inherit"],
});
const report = JSON.parse(readFileSync(reportPath, "utf8")) as VitestReport;
// A file that does not load, an unhandled rejection, coverage below its bound: failures that no single test shows.
const failedBesideTests = result.exitCode !== 0 && report.numFailedTests === 0 ? 1 : 0;
const failed = report.numFailedTests + failedBesideTests;
for (const line of failedTestLines(report.testResults)) process.stdout.write(`${line}\n`);
process.stdout.write(
  `${report.numPassedTests} passed, ${failed} failed, ${report.numPendingTests + report.numTodoTests} skipped\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
