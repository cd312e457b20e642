import { randomBytes } from "node:crypto";
import { readSummary } from "../compare/finished-summary.ts";
import { findRun, readDecisions } from "../compare/run-folder.ts";
import type { Replay } from "../fabric/link-table.ts";
import { parseDurationMs } from "../profiles/duration.ts";
import { cutAtPhase } from "../profiles/cut-at-phase.ts";
import type { BrokenProfile, LoadedProfile } from "../profiles/load.ts";
import { nearestName } from "../../contract/nearest-name.ts";
import { keptAtMost, type KeptAtMost } from "../run/result/kept-at-most.ts";
import type { Accelerator } from "../qemu/machine-spec.ts";
import { readReporters, REPORTER_NAMES, type ReporterWish } from "./reporter-wishes.ts";
import { selectProfiles } from "./select-profiles.ts";
import { costsOf, historyFolder } from "./shards/costs.ts";
import { dealOut, MAX_SHARDS } from "./shards/deal-out.ts";
import type { Shard } from "./shards/shard-record.ts";
import { runsFolderOf } from "./runs-folder.ts";
import { usageError, type OptionSpecs, type ParsedArguments } from "./command.ts";

/**
 * udp-sec, both transports against a peer that is not the guest, and TCP where udp-sec is disabled. In the order in which they begin: where two
 * run at once, the longest takes about as long as the two others, one after the other, beside it.
 */
export const DEFAULT_PROFILES = ["udp-sec", "two-party", "tcp-fallback"] as const;
export const MAX_REPEATS = 1000;
const MAX_JOBS = 256;
const MAX_SEED_UNITS = 64;
const SEED = /^[A-Za-z0-9._-]+$/;
const RANDOM_SEED_BYTES = 6;
const ABOUT_MACHINES = [
  "accel",
  "timeout",
  "output-dir",
  "replay",
  "keep-on-failure",
  "qlog",
  "phase",
  "shard",
  "print-cmd",
  "require-evidence",
  "jobs",
  "bail",
  "reporter",
  "pause-on-failure",
  "debug",
  "gdb",
] as const;
const WORLDS = ["qemu", "sim"] as const;
const ACCELERATORS = ["auto", "kvm", "tcg"] as const;

export const TEST_OPTIONS: OptionSpecs = {
  profile: {
    type: "string",
    multiple: true,
    value: "PROFILE",
    help: "as a name without the option: one, a glob, `all`, or a file (default: udp-sec, two-party, tcp-fallback)",
  },
  grep: {
    type: "string",
    value: "PATTERN",
    help: "of those, or else of all, what this regular expression finds in name or sentence (udpsec list)",
  },
  "last-failed": { type: "boolean", help: "of those, or else of all, what failed at its last run here" },
  seed: {
    type: "string",
    value: "SEED",
    help: "the faults follow from it (default: a new one per run, shown)",
  },
  repeat: {
    type: "string",
    value: "N",
    help: "N runs with N seeds, no retries; ends with the pass rate and its confidence",
  },
  replay: {
    type: "string",
    value: "RUN",
    help: "the network decides as in that run: its folder or name; profile and seed are that run's too",
  },
  world: {
    type: "string",
    value: "WORLD",
    words: WORLDS,
    help: "qemu (default), or sim: the same profile in virtual time, where its network allows",
  },
  accel: {
    type: "string",
    value: "KIND",
    words: ACCELERATORS,
    help: "auto (default: KVM if it really runs guests here), kvm or tcg",
  },
  timeout: {
    type: "string",
    value: "TIME",
    help: "deadline per run from QEMU's start: 190, 190s, 3m (default: the profile's)",
  },
  "output-dir": { type: "string", value: "FOLDER", help: "artifacts go there (default: LOG_DIR, else build/runs)" },
  "require-evidence": {
    type: "boolean",
    help: "a rule that was asked for and can't speak fails the run, and so does a cut (RUN_UNTIL_MARKER=1)",
  },
  bail: { type: "boolean", help: "after the first failure nothing more begins; what runs goes on to its end" },
  jobs: { type: "string", value: "N", help: "machines at once, as far as memory goes (default: one per processor)" },
  "pause-on-failure": {
    type: "boolean",
    help: "the machines of a run that fails while they run stay, paused, until you end it; says how (docs/hands-on.md)",
  },
  debug: {
    type: "boolean",
    help: "no budgets and no deadline: a machine may stand in a debugger for as long as it takes",
  },
  gdb: {
    type: "boolean",
    help: "as --debug, and each machine waits for gdb before its first instruction; says the command (docs/hands-on.md)",
  },
  qlog: { type: "boolean", help: "our agents tell what their endpoints do, for udpsec qlog; it slows them" },
  "keep-on-failure": { type: "boolean", help: "artifacts of failed runs are never pruned" },
  shard: {
    type: "string",
    value: "K/N",
    help: "the K-th of N parts of the profiles, balanced by how long they took here; udpsec merge tells all parts as one",
  },
  phase: {
    type: "string",
    value: "NAME",
    help: "of a guest with a manifest: end after this phase, and ask for nothing later (default: RUN_PHASE, else all)",
  },
  watch: {
    type: "boolean",
    help: "again at each change of sources or profiles: loopback, virtual time, machines; Enter or a: again, q: end",
  },
  "print-cmd": { type: "boolean", help: "print the QEMU commands instead of running them" },
  reporter: {
    type: "string",
    multiple: true,
    value: "NAME[=FILE]",
    words: REPORTER_NAMES,
    help: "repeatable: list, json, junit, ctrf, tap, github, html, each of all runs in one; with =FILE it is written there",
  },
  json: { type: "boolean", help: "as --reporter json: the summary as data on stdout, progress on stderr" },
};

/** What the user asked for, checked. */
export interface TestOptions {
  readonly profiles: readonly LoadedProfile[];
  /** Of `all`: those that can't be read. Each fails alone. */
  readonly broken: readonly BrokenProfile[];
  /** One per repeat; the same ones for each profile. */
  readonly seeds: readonly string[];
  readonly repeats: number;
  readonly world: (typeof WORLDS)[number];
  readonly accelerator: "auto" | Accelerator;
  /** Undefined: the profile's own. */
  readonly timeoutMs: number | undefined;
  readonly untilMarker: boolean;
  /** The part that is run of all that was asked for; undefined: all. */
  readonly shard: Shard | undefined;
  /** The run ends after it; undefined: it goes to its end. */
  readonly phase: string | undefined;
  readonly requireEvidence: boolean;
  readonly runsFolder: string;
  /** Of the folder of runs. */
  readonly keptAtMost: KeptAtMost;
  readonly keepOnFailure: boolean;
  readonly pauseOnFailure: boolean;
  readonly debug: boolean;
  readonly gdb: boolean;
  readonly printCommand: boolean;
  readonly json: boolean;
  readonly reporters: readonly ReporterWish[];
  /** Machines at once; undefined: one per processor. */
  readonly jobs: number | undefined;
  readonly bail: boolean;
  /** Undefined: the network decides by seed. */
  readonly replay: Replay | undefined;
  /** Folder of the run that is replayed. */
  readonly replayedRun: string | undefined;
}

/** @throws HarnessError `usage`, `profile-unknown`, `profile-invalid` */
export function readTestOptions(parsed: ParsedArguments, environment: NodeJS.ProcessEnv): TestOptions {
  const repeats = readRepeats(parsed.text("repeat"));
  const world = readWorld(parsed);
  const runsFolder = runsFolderOf(parsed, { environment });
  const replayed = readReplay(parsed, runsFolder);
  const named = [...parsed.texts("profile"), ...parsed.positionals];
  const asked = replayed !== undefined && named.length === 0 ? [replayed.written] : named;
  const phase = readPhase(parsed, environment);
  const grep = readGrep(parsed.text("grep"));
  const wish = { names: asked, grep, lastFailed: parsed.flag("last-failed"), world };
  const whole = selectProfiles(wish, DEFAULT_PROFILES, historyFolder());
  const reporters = readReporters(parsed.texts("reporter"), parsed.flag("json"), runsFolder);
  const shard = readShard(parsed.text("shard"), whole, { repeats, runsFolder });
  const { profiles, broken } = shard === undefined ? whole : partOf(whole, shard);
  return {
    profiles: profiles.map((loaded) => asAsked(loaded, { phase, qlog: parsed.flag("qlog") })),
    ...{ broken, phase, shard },
    // One log fits one seed: the faults that it was written of.
    seeds:
      replayed === undefined
        ? readSeeds(parsed.text("seed"), repeats)
        : Array.from({ length: repeats }, () => replayed.seed),
    repeats,
    replay: replayed?.replay,
    replayedRun: replayed?.folder,
    world,
    accelerator: readAccelerator(parsed.text("accel")),
    timeoutMs:
      readTimeout("--timeout", parsed.text("timeout")) ?? readTimeout("RUN_TIMEOUT", environment["RUN_TIMEOUT"]),
    untilMarker: readUntilMarker(environment["RUN_UNTIL_MARKER"]),
    requireEvidence: parsed.flag("require-evidence"),
    runsFolder,
    keptAtMost: keptAtMost(environment),
    keepOnFailure: parsed.flag("keep-on-failure"),
    pauseOnFailure: parsed.flag("pause-on-failure"),
    debug: parsed.flag("debug") || parsed.flag("gdb"),
    gdb: parsed.flag("gdb"),
    printCommand: parsed.flag("print-cmd"),
    json: parsed.flag("json"),
    ...{ reporters, jobs: readJobs(parsed.text("jobs")), bail: parsed.flag("bail") },
  };
}

function asAsked(
  loaded: LoadedProfile,
  { phase, qlog }: { readonly phase: string | undefined; readonly qlog: boolean },
): LoadedProfile {
  const cut = phase === undefined ? loaded : cutAtPhase(loaded, phase);
  return qlog ? { ...cut, profile: { ...cut.profile, qlog } } : cut;
}

interface Replayed {
  readonly folder: string;
  /** As `--profile` takes it. */
  readonly written: string;
  readonly seed: string;
  readonly replay: Replay;
}

function readReplay(parsed: ParsedArguments, runsFolder: string): Replayed | undefined {
  const run = parsed.text("replay");
  if (run === undefined) return undefined;
  const folder = findRun(run, runsFolder);
  const { profile, profilePath, seed } = readSummary(folder);
  const names = [...parsed.texts("profile"), ...parsed.positionals];
  const wish = { names, grep: undefined, lastFailed: false, world: "qemu" } as const;
  const asked = selectProfiles(wish, [], historyFolder()).profiles.map((loaded) => loaded.profile.name);
  const others = asked.filter((name) => name !== profile);
  if (others.length > 0)
    throw usageError(`--replay: that run is of profile ${profile}, not ${others.join(", ")}`, "leave that name out");
  if (![undefined, seed].includes(parsed.text("seed")))
    throw usageError(`--replay: that run has seed ${seed}`, "leave --seed out");
  return {
    folder,
    written: profilePath ?? profile,
    seed,
    replay: { records: readDecisions(folder), unlogged: "conditions" },
  };
}

function readGrep(text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, "i");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usageError(`--grep ${text}: ${why}`, "a regular expression, e.g. --grep 'loss|nat'");
  }
}

function readJobs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const jobs = Number(text);
  if (/^\d+$/.test(text) && jobs >= 1 && jobs <= MAX_JOBS) return jobs;
  throw usageError(`--jobs ${text} is not a number from 1 to ${MAX_JOBS}`, "e.g. --jobs 1: one after the other");
}

function readRepeats(text: string | undefined): number {
  if (text === undefined) return 1;
  const repeats = Number(text);
  if (/^\d+$/.test(text) && repeats >= 1 && repeats <= MAX_REPEATS) return repeats;
  throw usageError(`--repeat ${text} is not a number from 1 to ${MAX_REPEATS}`, "e.g. --repeat 20");
}

function readSeeds(seed: string | undefined, repeats: number): string[] {
  if (seed !== undefined && (seed.length > MAX_SEED_UNITS || !SEED.test(seed))) {
    throw usageError(
      `--seed ${seed}: letters, digits, dot, dash and underscore, at most ${MAX_SEED_UNITS}`,
      "e.g. --seed 42",
    );
  }
  return Array.from({ length: repeats }, (_, index) => {
    if (seed === undefined) return randomBytes(RANDOM_SEED_BYTES).toString("hex");
    return repeats === 1 ? seed : `${seed}-${index + 1}`;
  });
}

function readWorld(parsed: ParsedArguments): TestOptions["world"] {
  const wish = WORLDS.find((world) => world === (parsed.text("world") ?? "qemu"));
  if (wish === undefined) throw usageError(`no world ${parsed.text("world") ?? ""}`, WORLDS.join(" or "));
  if (wish === "qemu") return wish;
  const [meaningless] = ABOUT_MACHINES.filter((name) => isGiven(parsed, name));
  if (meaningless === undefined) return wish;
  throw usageError(`--${meaningless} means nothing in virtual time`, "leave it out, or --world qemu");
}

function isGiven(parsed: ParsedArguments, name: string): boolean {
  return parsed.flag(name) || parsed.text(name) !== undefined || parsed.texts(name).length > 0;
}

function readAccelerator(text: string | undefined): "auto" | Accelerator {
  const wish = text ?? "auto";
  const known = ACCELERATORS.find((name) => name === wish);
  if (known !== undefined) return known;
  const near = nearestName(wish, ACCELERATORS);
  throw usageError(`no accelerator ${wish}`, near === undefined ? "auto, kvm or tcg" : `did you mean ${near}?`);
}

function readTimeout(where: string, text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const ms = parseDurationMs(text);
  if (ms === undefined)
    throw usageError(`${where}: ${text} is no duration`, "as timeout(1) takes it: 190, 190s, 3m, 1h; at most 24d");
  return ms;
}

function readUntilMarker(text: string | undefined): boolean {
  if (text === undefined || text === "" || text === "0") return false;
  if (text === "1") return true;
  throw usageError(
    `RUN_UNTIL_MARKER: ${text} is neither 0 nor 1`,
    "1 ends at the last rung, 0 waits for the power-off",
  );
}

/** Every shard deals out for itself, and all alike: by the same history. */
function readShard(
  text: string | undefined,
  { profiles, broken }: Pick<TestOptions, "profiles" | "broken">,
  batch: Pick<Shard, "repeats" | "runsFolder">,
): Shard | undefined {
  if (text === undefined) return undefined;
  const [, shard, of] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (shard === undefined || of === undefined || shard < 1 || shard > of || of > MAX_SHARDS)
    throw usageError(`--shard ${text} is not K/N with K from 1 to N, N at most ${MAX_SHARDS}`, "e.g. --shard 1/4");
  const costs = costsOf(profiles);
  const all = [
    ...profiles.map(({ profile: { name } }) => ({ name, cost: costs.get(name) ?? 0 })),
    ...broken.map(({ name }) => ({ name, cost: 0 })),
  ];
  if (of > all.length)
    throw usageError(
      `--shard ${text}: there ${all.length === 1 ? "is 1 profile" : `are ${all.length} profiles`}`,
      all.length === 1 ? "one profile is not shared: leave --shard out" : `at most --shard K/${all.length}`,
    );
  return {
    shard,
    of,
    asked: all.map(({ name }) => name).sort(),
    profiles: dealOut(all, of)[shard - 1] ?? [],
    ...batch,
  };
}

function partOf<Whole extends Pick<TestOptions, "profiles" | "broken">>(whole: Whole, { profiles: names }: Shard) {
  return {
    profiles: whole.profiles.filter(({ profile }) => names.includes(profile.name)),
    broken: whole.broken.filter(({ name }) => names.includes(name)),
  };
}

function readPhase(parsed: ParsedArguments, environment: NodeJS.ProcessEnv): string | undefined {
  const phase = parsed.text("phase") ?? environment["RUN_PHASE"];
  return phase === "" ? undefined : phase;
}
