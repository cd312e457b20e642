import { join, resolve } from "node:path";
import { writeReport } from "../report/html/write-report.ts";
import { bytesText } from "../report/model/time-text.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { toldWhile } from "./long-work.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { reportedRuns } from "./reported-runs.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

const REPORT_FILE = "report.html";

export const reportCommand: Command = {
  name: "report",
  summary: "what became of runs, as one page for a browser",
  usage: "[RUN...] [--output FILE] [--open]",
  teaches: `
Writes one HTML file that needs no server and no network: verdict and cause, the first rung that broke, the console and the packets around
it; then everything on one clock, a lane for each machine and process; rules with the packets that they speak of. A run is its folder, the
name of it, or latest (default); several make one page, and so do all of a folder of runs. It holds no secrets and no payloads: docs/report.md.`,
  outcomes: {
    passed: "the page is written",
    checkFailed: "it is written, and lacks what could not be read of a run, such as a missing capture",
    cannotRun: "no such run, a result that can't be read, a disk that is full; or usage",
  },
  options: {
    output: { type: "string", value: "FILE", help: "default: report.html in the first folder that was named" },
    open: { type: "boolean", help: "and open it with xdg-open" },
    ...RUNS_FOLDER_OPTION,
  },
  takes: "run",
  examples: [
    "udpsec report latest --open",
    "udpsec report build/runs",
    "udpsec report build/runs/cross-vm--20260101T120000000Z--1 --output why.html",
  ],
  async run(parsed, io) {
    const asked = parsed.positionals.length === 0 ? ["latest"] : parsed.positionals;
    const { folders, remarks, home } = reportedRuns(asked, runsFolderOf(parsed, io));
    const path = resolve(parsed.text("output") ?? join(home, REPORT_FILE));
    const { bytes, problems } = await toldWhile("report", io, (step) =>
      writeReport(
        folders,
        path,
        (line) => {
          step("");
          io.stderr.write(`${line}\n`);
        },
        { step, remarks },
      ),
    );
    io.stdout.write(`${path} (${bytesText(bytes)})\n`);
    for (const problem of problems) io.stderr.write(`udpsec: ${problem}\n`);
    if (parsed.flag("open")) openInBrowser(path, (text) => io.stderr.write(`udpsec: ${text}\n`));
    return problems.length === 0 ? EXIT.passed : EXIT.checkFailed;
  },
};
