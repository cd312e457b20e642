import { commandName } from "../host/package-assets.ts";
import { SIM_OPTIONS } from "../../contract/sim-options.ts";
import { readSummary } from "../compare/finished-summary.ts";
import { findRun, readDecisions } from "../compare/run-folder.ts";
import { isLinkDecision, type LoggedDecision } from "../fabric/decision-log.ts";
import { HarnessError } from "../host/harness-error.ts";
import { ddmin, type Minimised } from "../minimize/ddmin.ts";
import { MachineTrials } from "../minimize/machine-trials.ts";
import { failureKind } from "../minimize/same-verdict.ts";
import { loadNamedProfile } from "../profiles/load.ts";
import { formatPassRate } from "../history/confidence.ts";
import { guestsOf } from "../run/request/equipment.ts";
import { realPorts } from "../run/real-ports.ts";
import { runProfile } from "../run/run-profile.ts";
import { SILENT_REPORTER } from "../run/request/run-reporter.ts";
import { startSimTrials } from "../worlds/sim/sim-trials.ts";
import { usageError, writeJson, type Command, type CommandIo, type ParsedArguments } from "./command.ts";
import { equipTold } from "./equip-told.ts";
import { EXIT } from "./exit-codes.ts";
import { toldWhile } from "./long-work.ts";
import { simValuesOf } from "./sim-values.ts";
import { runsFolderOf } from "./runs-folder.ts";

const MAX_SIM_TRIALS = 5_000;
const MAX_VM_TRIALS = 40;
/** How often the answer is run again in machines, where nothing is exact. */
const VM_CONFIRMATIONS = 3;
const SHOWN_DECISIONS = 20;
/** Verdicts on the host, not on the guests. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(["setup-failed", "interrupted"]);
/** What `udpsec sim` may have changed of the scenario. */
const OVERRIDES = ["loss", "delay-ms", "rate-mbps", "bytes"] as const;
const ABOUT_SCENARIOS = ["seed", ...OVERRIDES] as const;

interface Subject {
  readonly decisions: readonly LoggedDecision[];
  readonly verdict: string;
  readonly fails: (kept: readonly LoggedDecision[]) => Promise<boolean>;
}

export const minimizeCommand: Command = {
  name: "minimize",
  summary: "the fewest decisions of the network that give the same verdict",
  usage: "RUN | --scenario SCENARIO --seed N [--loss P] [--max-runs N] [--json]",
  teaches: `
Takes a failed run and undoes what its network did, piece by piece (ddmin), as long as the verdict stays the same: what is left
names the drops that matter. With --scenario it works on a run of the virtual world: exact, and thousands of trials a minute. A
RUN is the folder or name of one in machines: each trial boots them again, so that trials are few, and the answer is run again to
say how sure it is.`,
  options: {
    scenario: { type: "string", value: "SCENARIO", help: "of the virtual world, with --seed" },
    seed: { ...SIM_OPTIONS.seed, help: "of the failing run" },
    ...Object.fromEntries(OVERRIDES.map((name) => [name, { ...SIM_OPTIONS[name], help: "as given to udpsec sim" }])),
    "max-runs": {
      type: "string",
      value: "N",
      help: `trials at most (default: ${MAX_SIM_TRIALS}, ${MAX_VM_TRIALS} in machines)`,
    },
    json: { type: "boolean", help: "the decisions as data on stdout" },
  },
  takes: "run",
  examples: ["udpsec minimize --scenario handshake --seed 3 --loss 0.7", "udpsec minimize latest --max-runs 20"],
  async run(parsed, io) {
    const [run, more] = parsed.positionals;
    const scenario = parsed.text("scenario");
    if (more !== undefined || (run === undefined) === (scenario === undefined))
      throw usageError("one run is minimised: RUN, or --scenario SCENARIO --seed N", "udpsec minimize --help");
    const [meaningless] = ABOUT_SCENARIOS.filter((name) => run !== undefined && parsed.text(name) !== undefined);
    if (meaningless !== undefined)
      throw usageError(`--${meaningless} means nothing for a run in machines: it has its own`, "leave it out");
    return run === undefined ? await minimizeScenario(parsed, io) : await minimizeRun(run, parsed, io);
  },
};

async function minimizeScenario(parsed: ParsedArguments, io: CommandIo): Promise<number> {
  if (parsed.text("seed") === undefined) throw usageError("--scenario needs --seed N", "the seed of the failing run");
  const trials = await startSimTrials(simValuesOf(parsed, ["scenario", ...ABOUT_SCENARIOS]));
  try {
    const { failure, decisions } = trials;
    if (failure === null) throw usageError("that run passes: there is nothing to minimise", "give a failing seed");
    const indexOf = new Map<LoggedDecision, number>(decisions.map((decision, index) => [decision, index]));
    const fails = async (kept: readonly LoggedDecision[]): Promise<boolean> => {
      stopIfAborted(io);
      const found = await trials.attempt(kept.map((decision) => indexOf.get(decision) ?? 0));
      return found !== null && failureKind(found) === failureKind(failure);
    };
    const found = await search({ decisions, verdict: failure, fails }, readMaxRuns(parsed, MAX_SIM_TRIALS), io);
    return conclude(found, failure, "exact: the virtual world repeats itself", parsed, io);
  } finally {
    trials.end();
  }
}

async function minimizeRun(run: string, parsed: ParsedArguments, io: CommandIo): Promise<number> {
  const folder = findRun(run, runsFolderOf(parsed, io));
  const summary = readSummary(folder);
  if (summary.passed) throw usageError("that run passed: there is nothing to minimise", "give a failed run");
  if (SAYS_NOTHING.has(summary.code))
    throw usageError(`that run ended ${summary.code}: it says nothing about its network`, "give one that failed");
  const decisions = readDecisions(folder);
  const loaded = loadNamedProfile(summary.profilePath ?? summary.profile);
  const equipment = await equipTold(io, { guests: guestsOf([loaded.profile]), accelerator: "auto" });
  const again = `${commandName()} minimize ${run}`;
  const { seed } = summary;
  const trials = new MachineTrials(summary, async (kept, trialsFolder) => {
    const timing = { timeoutMs: loaded.profile.timeout, scalesTimeout: true, untilMarker: false };
    const replay = { records: kept, unlogged: "pass" } as const;
    const request = { loaded, seed, ...timing, runsFolder: trialsFolder, keepOnFailure: false, again, replay };
    const result = await runProfile(request, equipment, SILENT_REPORTER, io.signal, realPorts(equipment));
    // A trial that was cut short says nothing about its decisions.
    stopIfAborted(io);
    return result;
  });
  try {
    const { verdict } = trials;
    const fails = (kept: readonly LoggedDecision[]): Promise<boolean> => trials.fails(kept);
    const found = await search({ decisions, verdict, fails }, readMaxRuns(parsed, MAX_VM_TRIALS), io);
    const same = await toldWhile("confirming", io, async (step) => {
      let count = 0;
      for (let run = 0; run < VM_CONFIRMATIONS; run++) {
        step(`run ${run + 1} of ${VM_CONFIRMATIONS}`);
        if (await fails(found.kept)) count += 1;
      }
      return count;
    });
    const sure = `run again ${VM_CONFIRMATIONS} times, the same verdict ${formatPassRate(same, VM_CONFIRMATIONS)}`;
    return conclude(found, verdict, sure, parsed, io);
  } finally {
    trials.end();
  }
}

/** @throws HarnessError `interrupted`: half a search must not look like an answer */
function stopIfAborted({ signal }: CommandIo): void {
  if (!signal.aborted) return;
  throw new HarnessError("interrupted", "interrupted before the search was done", "run it again", {
    kind: "interrupted",
  });
}

async function search(subject: Subject, maxTrials: number, io: CommandIo): Promise<Minimised<LoggedDecision>> {
  const { decisions, verdict, fails } = subject;
  io.stderr.write(`${decisions.length} decisions of the network, verdict: ${verdict}\n`);
  let shown = decisions.length;
  return toldWhile("minimize", io, (step) => {
    const onProgress = (trials: number, kept: number): void => {
      step(`${trials} trials, ${kept} left`);
      if (kept !== shown) io.stderr.write(`${trials} trials, ${kept} left\n`);
      shown = kept;
    };
    return ddmin(decisions, fails, { maxTrials, onProgress });
  });
}

function conclude(
  { kept, trials, isMinimal }: Minimised<LoggedDecision>,
  verdict: string,
  sure: string,
  parsed: ParsedArguments,
  io: CommandIo,
): number {
  if (parsed.flag("json")) {
    writeJson(io, { verdict, trials, isMinimal, sure, decisions: kept });
    return EXIT.passed;
  }
  for (const decision of kept.slice(0, SHOWN_DECISIONS)) io.stdout.write(describe(decision));
  if (kept.length > SHOWN_DECISIONS) io.stdout.write(`and ${kept.length - SHOWN_DECISIONS} more (--json shows all)\n`);
  const how = isMinimal ? "without any one of them the verdict is another" : "trials ran out: fewer may do";
  io.stdout.write(`${kept.length} decisions give: ${verdict}\n${trials} trials; ${how}; ${sure}\n`);
  return EXIT.passed;
}

function describe(decision: LoggedDecision): string {
  const when = `at ${(decision.atMs / 1000).toFixed(3)} s`;
  if (!isLinkDecision(decision))
    return `${decision.event.padEnd(12)} ${decision.gateway}  ${decision.mapping}: ${decision.inside} as ${decision.outside}, ${when}\n`;
  const { link, flow, index, reason = "changed" } = decision;
  return `${reason.padEnd(12)} ${link}  frame ${index} of ${flow}, ${when}\n`;
}

function readMaxRuns(parsed: ParsedArguments, fallback: number): number {
  const text = parsed.text("max-runs");
  if (text === undefined) return fallback;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw usageError(`--max-runs ${text} is no number above 0`, "e.g. --max-runs 100");
}
