import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nearestName } from "../../contract/nearest-name.ts";
import { commandName } from "../host/package-assets.ts";
import { HarnessError } from "../host/harness-error.ts";
import { RunGoingOn } from "../report/live/run-going-on.ts";
import { serveLiveRun } from "../report/live/serve-live-run.ts";
import { usageError, type Command, type CommandIo } from "./command.ts";
import { EXIT, exitOfSignal } from "./exit-codes.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { RUNS_FOLDER_OPTION, runsFolderOf } from "./runs-folder.ts";

const POLL_MS = 300;

export const uiCommand: Command = {
  name: "ui",
  summary: "a run while its machines run, as a page for a browser",
  usage: "[RUN] [--open]",
  teaches: `
Serves the page of udpsec report while the run goes on: consoles, events and packets as they come, rungs as they are reached. It looks at the
run's folder, so the run may have begun before, in another terminal; without RUN it takes the one that goes on, or the next one that begins. The
address has a token, is of this machine alone, and ends with the run: then the page has the verdict, and stays as it is.`,
  outcomes: { passed: "the run has ended, whatever came of it", cannotRun: "no such run; or usage" },
  options: {
    open: { type: "boolean", help: "and open it with xdg-open" },
    ...RUNS_FOLDER_OPTION,
  },
  takes: "run",
  examples: ["udpsec ui", "udpsec ui --open"],
  async run(parsed, io) {
    const [asked, more] = parsed.positionals;
    if (more !== undefined) throw usageError("one run is shown: udpsec ui RUN", "each run has a page of its own");
    const runsFolder = runsFolderOf(parsed, io);
    const folder = asked === undefined ? await nextRun(runsFolder, io) : namedRun(asked, runsFolder);
    if (folder === undefined) return exitOfSignal(io.signal);
    const tell = (line: string): void => void io.stderr.write(`udpsec: ${line}\n`);
    await serveLiveRun(new RunGoingOn(folder), {
      onUrl: (url) => {
        io.stdout.write(`${url}\n`);
        if (parsed.flag("open")) openInBrowser(url, tell);
      },
      ...{ announce: tell, signal: io.signal },
    });
    if (io.signal.aborted) return exitOfSignal(io.signal);
    io.stdout.write(`the run has ended: ${commandName()} report ${folder}\n`);
    return EXIT.passed;
  },
};

/** @throws HarnessError `run-unknown` */
function namedRun(run: string, runsFolder: string): string {
  const found = [run, join(runsFolder, run)].find((path) => existsSync(join(path, "plan.json")));
  if (found !== undefined) return found;
  const near = nearestName(run, existsSync(runsFolder) ? readdirSync(runsFolder) : []);
  const hint = near === undefined ? `runs are in ${runsFolder}` : `did you mean ${near}?`;
  throw new HarnessError("run-unknown", `there is no run ${run}`, hint);
}

/** @returns the newest that goes on; undefined: the user doesn't want to wait any longer */
async function nextRun(runsFolder: string, io: CommandIo): Promise<string | undefined> {
  // Runs that were there before and never ended were broken off.
  const startedMs = Date.now();
  for (let isTold = false; !io.signal.aborted; isTold = true) {
    const found = goingOn(runsFolder, startedMs);
    if (found !== undefined) return found;
    if (!isTold)
      io.stderr.write(`udpsec: waiting for a run in ${runsFolder} (in another terminal: ${commandName()} test)\n`);
    await sleep(POLL_MS, undefined, { signal: io.signal }).catch(() => undefined);
  }
  return undefined;
}

/** A run that is alive writes: its folder or a file of it changed a short while ago. */
const ALIVE_MS = 30_000;

function goingOn(runsFolder: string, startedMs: number): string | undefined {
  if (!existsSync(runsFolder)) return undefined;
  const candidates = readdirSync(runsFolder)
    .map((name) => join(runsFolder, name))
    .filter((path) => existsSync(join(path, "plan.json")) && !existsSync(join(path, "summary.json")))
    .map((path) => ({ path, changedMs: lastChange(path) }))
    .filter(({ changedMs }) => changedMs > startedMs - ALIVE_MS);
  return candidates.sort((a, b) => b.changedMs - a.changedMs)[0]?.path;
}

function lastChange(folder: string): number {
  const times = readdirSync(folder).map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(0, ...times);
}
