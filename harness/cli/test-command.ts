import type { LoadedProfile } from "../profiles/load.ts";
import { colorsFor } from "../report/colors.ts";
import { KeyHistory } from "../history/key-history.ts";
import { rememberRun } from "../history/history.ts";
import { REPORTERS, RESULT_FILES } from "../report/reporters/index.ts";
import { emulatorOf, equip, guestsOf, missingEmulator } from "../run/request/equipment.ts";
import { realPorts } from "../run/real-ports.ts";
import { machineLaunch } from "../worlds/live/launch.ts";
import { previewCommand, previewSurroundings } from "../run/request/qemu-preview.ts";
import type { HarnessError } from "../host/harness-error.ts";
import type { LeftRun, ThrownRun } from "../report/reporters/reporter.ts";
import { runBatch, type RunError } from "../run/run-batch.ts";
import type { Equipment, RunRequest } from "../run/request/run-request.ts";
import type { RunReporter } from "../run/request/run-reporter.ts";
import type { RunResult } from "../run/result/run-result.ts";
import { freshNonce } from "../topology/identities.ts";
import { planTopology } from "../topology/plan.ts";
import { topologyOfProfile } from "../topology/profile-topology.ts";
import { writeJson, type Command, type CommandIo } from "./command.ts";
import { EXIT, exitOfRuns, type ExitCode } from "./exit-codes.ts";
import { historyFolder } from "./shards/costs.ts";
import { isRedrawn, toldWhile } from "./long-work.ts";
import { reportError } from "./report-error.ts";
import { runAgain } from "./run-again.ts";
import { writeShardRecord } from "./shards/shard-record.ts";
import { TEST_HABITS } from "./habits.ts";
import { silenceCommands, takesStdout, writeReports } from "./reporter-wishes.ts";
import { testInSim } from "./test-in-sim.ts";
import { watchTest } from "./watch-test.ts";
import { readTestOptions, TEST_OPTIONS, type TestOptions } from "./test-options.ts";

/** How long a run that has failed waits for people. */
const HELD_MS = 12 * 3_600_000;
const HELD_ALONE_MS = 10 * 60_000;

export const testCommand: Command = {
  name: "test",
  summary: "boot profiles in QEMU and prove their markers",
  usage: "[PROFILE...] [OPTION...]",
  teaches: `
Boots each profile's machines, follows the markers on their serial consoles and event ports up the ladder, and then checks every
green marker against what the guest can't write: the capture at the NIC, QMP, the kernel's counters. Where one machine is both ends
that shows a valid wire, and says so: "parties not independent". In two-party the other end is the harness's own process, and the guest's
keys aren't asked for. Sets up what is missing (QEMU, kernel, image) and says so. The last line is "N passed, N failed, N skipped".

A run that passed says of its rungs: "confirmed N, guest's word M, nothing to judge K" (docs/evidence.md). With RUN_UNTIL_MARKER=1 it is
"passed (cut)", exit status 0, with the rules that could not speak; --require-evidence fails such a run, and any with a rule that was
asked for and could not speak.

--phase NAME (RUN_PHASE=NAME) runs a guest with a manifest of its own up to a phase: "passed (cut after phase NAME)", exit status 0.

--watch runs the chosen profiles at once and then at each change of the project's sources, or of the files that a profile from elsewhere is
made of: loopback (udpsec dev) where our stack is in them, then virtual time for those that run there, then machines. The first that fails
keeps the rest waiting; a change ends what runs, in order. At a terminal Enter or a begins again, q ends it with exit status 0.

RUN_TIMEOUT, RUN_UNTIL_MARKER and LOG_DIR work too: see udpsec --help.`,
  outcomes: {
    passed: "passed, up to where it was cut; of --watch: q was pressed",
    checkFailed: "a check failed",
    timedOut: "nothing worse than a deadline that passed",
  },
  options: TEST_OPTIONS,
  habits: TEST_HABITS,
  takes: "profile",
  examples: [
    "udpsec test",
    "udpsec test rng-gate --seed 42",
    "udpsec test udp-sec tcp-fallback --repeat 20 --json",
    "udpsec test 'cross-vm*' --bail",
    "udpsec test --last-failed",
    "udpsec test cross-vm --watch",
    "RUN_TIMEOUT=5m udpsec test all --reporter junit=junit.xml --reporter github",
    "udpsec test all --shard 1/4",
  ],
  async run(parsed, io) {
    const asked = readTestOptions(parsed, io.environment);
    if (parsed.flag("watch")) return watchTest(asked, parsed, io);
    if (asked.world === "sim") return testInSim(asked, io);
    // Before anything can fail: what an earlier batch left here must not be taken for this one's.
    if (asked.shard !== undefined && !asked.printCommand) writeShardRecord(asked.shard);
    const options = await withoutMissingEmulators(asked);
    const reporter = reporterFor(options, io);
    const equipment = await toldWhile("set-up", io, (step) =>
      equip({
        guests: guestsOf(options.profiles.map(({ profile }) => profile)),
        accelerator: options.accelerator,
        announce: (line) => {
          step(line);
          reporter.setup(line);
        },
        signal: io.signal,
      }),
    );
    if (options.printCommand) return printCommands(options, equipment, io);
    const holdMs = options.pauseOnFailure ? holdLimitMs(io.environment) : undefined;
    const requests = options.seeds.flatMap((seed) =>
      options.profiles.map((loaded) => ({
        ...requestOf(options, loaded, seed),
        ...{ holdMs, again: runAgain(options, loaded, seed, { parsed, environment: io.environment }) },
      })),
    );
    const word = silenceCommands(options.reporters, io);
    const { results, errors, left } = await runBatch({
      requests,
      equipment,
      reporter,
      signal: io.signal,
      ports: realPorts(equipment, new KeyHistory(historyFolder())),
      removePassed: options.repeats > 1,
      ...{ jobs: options.jobs, bail: options.bail, keptAtMost: options.keptAtMost },
    });
    // What the user broke off says nothing about the profile.
    for (const result of results) if (result.code !== "interrupted") rememberRun(historyFolder(), result);
    const thrown = [...options.broken.map(brokenRun), ...errors.map(thrownRun)];
    const statuses = thrown.map(({ error }) => reportError(error, io));
    if (word !== undefined) io.stdout.write(`::${word}::\n`);
    const exitStatus = await conclude(options, { results, thrown, statuses, left: left.map(leftRun) }, io);
    if (options.shard !== undefined) writeShardRecord(options.shard, { exitStatus, thrown: statuses, results });
    return exitStatus;
  },
};

/** Of several profiles those that need an emulator which can't be had here fail alone; one by itself fails in set-up, with what to do. */
async function withoutMissingEmulators(options: TestOptions): Promise<TestOptions> {
  if (options.profiles.length === 1) return options;
  const profiles: LoadedProfile[] = [];
  const broken = [...options.broken];
  for (const loaded of options.profiles) {
    const error = await missingEmulator(loaded.profile);
    if (error === undefined) profiles.push(loaded);
    else broken.push({ name: loaded.profile.name, error });
  }
  return profiles.length === 0 ? options : { ...options, profiles, broken };
}

/** With nobody at a terminal a run is not held for ever: somebody has to come within minutes. */
function holdLimitMs(environment: NodeJS.ProcessEnv): number {
  const isWatched = process.stdin.isTTY && process.stdout.isTTY && (environment["CI"] ?? "") === "";
  return isWatched ? HELD_MS : HELD_ALONE_MS;
}

function reporterFor(options: TestOptions, io: CommandIo): RunReporter {
  const output = options.reporters.some(takesStdout) ? io.stderr : io.stdout;
  const colors = colorsFor(output.isTTY, io.environment);
  const isLive = isRedrawn(output, io.environment);
  return REPORTERS.list.live({ output, colors, isLive, isBrief: options.repeats > 1 });
}

function requestOf(
  options: TestOptions,
  loaded: RunRequest["loaded"],
  seed: string,
): Omit<RunRequest, "again" | "holdMs"> {
  return {
    loaded,
    seed,
    timeoutMs: options.timeoutMs ?? loaded.profile.timeout,
    scalesTimeout: options.timeoutMs === undefined,
    untilMarker: options.untilMarker,
    isUnlimited: options.debug,
    waitsForGdb: options.gdb,
    requireEvidence: options.requireEvidence,
    runsFolder: options.runsFolder,
    keepOnFailure: options.keepOnFailure,
    replay: options.replay,
    resultFiles: RESULT_FILES,
  };
}

async function printCommands(options: TestOptions, equipment: Equipment, io: CommandIo): Promise<number> {
  const [seed = ""] = options.seeds;
  const commands: { readonly profile: string; readonly node: string; readonly command: string }[] = [];
  for (const { profile } of options.profiles) {
    const folder = `${options.runsFolder}/print-cmd/${profile.name}`;
    const plan = planTopology(topologyOfProfile(profile), { seed, nonce: freshNonce() });
    for (const node of plan.nodes) {
      const equipped = equipment.kinds.get(node.kind);
      if (equipped === undefined) continue;
      const planned = machineLaunch(node, equipped, previewSurroundings(profile));
      const qemu = emulatorOf(equipment, equipped.kind.arch);
      const command = await previewCommand(planned, qemu, folder);
      commands.push({ profile: profile.name, node: node.node.name, command });
    }
  }
  if (options.json) writeJson(io, commands);
  else
    for (const { profile, node, command } of commands) io.stdout.write(`# ${profile}, machine ${node}\n${command}\n`);
  return EXIT.passed;
}

interface Outcome {
  readonly results: readonly RunResult[];
  readonly thrown: readonly ThrownRun[];
  /** Of those, as the command's exit status goes by them. */
  readonly statuses: readonly ExitCode[];
  readonly left: readonly LeftRun[];
}

type RunWithError = ThrownRun & { readonly error: unknown };

function leftRun({ loaded, seed }: RunRequest): LeftRun {
  return { profile: loaded.profile.name, profilePath: loaded.path, seed };
}

function thrownRun({ request, error }: RunError): RunWithError {
  return { ...leftRun(request), ...wordsOf(error), error };
}

function brokenRun({ name, error }: TestOptions["broken"][number]): RunWithError {
  return { profile: name, seed: undefined, ...wordsOf(error), error };
}

function wordsOf(error: unknown): Pick<ThrownRun, "code" | "message"> {
  const { code, message }: Partial<HarnessError> = error instanceof Error ? error : {};
  return { code: code ?? "bug", message: message ?? String(error) };
}

async function conclude(
  options: TestOptions,
  { results, thrown, statuses, left }: Outcome,
  io: CommandIo,
): Promise<number> {
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed + thrown.length;
  const rates = options.profiles.flatMap(({ profile }) => {
    const itsOwn = results.filter((result) => result.profile === profile.name);
    const good = itsOwn.filter((result) => result.passed).length;
    return itsOwn.length === 0 ? [] : [{ profile: profile.name, passed: good, total: itsOwn.length }];
  });
  const { runsFolder, repeats, reporters } = options;
  const exitStatus = exitOfRuns(results, io.signal, statuses);
  const counts = { passed, failed, skipped: left.length, exitStatus, rates };
  const outcome = { ...counts, results, thrown, left, runsFolder, isRepeated: repeats > 1 };
  const unwritten = await writeReports(reporters, outcome, io);
  if (!reporters.some(takesStdout)) io.stdout.write(REPORTERS.list.closing(outcome));
  return exitStatus === EXIT.passed && unwritten.length > 0 ? EXIT.cannotRun : exitStatus;
}
