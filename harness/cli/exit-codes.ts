/** The exit statuses of every command: no other file of the harness knows these numbers. */
import type { ErrorKind } from "../host/harness-error.ts";

export const EXIT = {
  passed: 0,
  checkFailed: 1,
  /** Usage or set-up: nothing was checked. */
  cannotRun: 2,
  /** As timeout(1) has it. */
  timedOut: 124,
  /** From here 128 and the signal's number, as shells have it: SIGHUP, SIGINT, SIGPIPE, SIGTERM. */
  hungUp: 129,
  interrupted: 130,
  readerGone: 141,
  terminated: 143,
} as const;

type ExitName = keyof typeof EXIT;
export type ExitCode = (typeof EXIT)[ExitName];

/** What each status means where a command doesn't say more. */
const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  passed: "passed",
  checkFailed: "a check failed",
  cannotRun: "usage or set-up",
  timedOut: "timed out",
  hungUp: "interrupted by SIGHUP: the terminal is gone",
  interrupted: "interrupted by SIGINT",
  readerGone: "nobody read the output to its end",
  terminated: "interrupted by SIGTERM",
};

/** A command that names no outcomes of its own can end with these. */
const ALWAYS: readonly ExitName[] = ["passed", "cannotRun", "hungUp", "interrupted", "readerGone", "terminated"];

/** What a command says of its own exit statuses, where it says more than `EXIT_MEANINGS`. */
export type Outcomes = Partial<Readonly<Record<ExitName, string>>>;

/** @param outcomes of one command; undefined: of all together @returns lines for the help, smallest number first */
export function formatExits(outcomes?: Outcomes): string[] {
  const names = (Object.keys(EXIT) as ExitName[]).filter((name) => {
    return outcomes === undefined || ALWAYS.includes(name) || outcomes[name] !== undefined;
  });
  return names.map((name) => `  ${String(EXIT[name]).padEnd(3)}  ${outcomes?.[name] ?? EXIT_MEANINGS[name]}`);
}

/** Signals that end a command in order: machines are ended, the summary is written. */
export const ENDING_SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

const EXIT_BY_SIGNAL: Readonly<Record<string, ExitCode>> = {
  SIGHUP: EXIT.hungUp,
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
} satisfies Record<(typeof ENDING_SIGNALS)[number], ExitCode>;

/** @param name of a process signal; any that doesn't end a command counts as SIGINT */
export function exitOfSignalName(name: string): ExitCode {
  return EXIT_BY_SIGNAL[name] ?? EXIT.interrupted;
}

/** @param signal aborted with the name of a process signal as its reason */
export function exitOfSignal({ reason }: AbortSignal): ExitCode {
  return exitOfSignalName(String(reason));
}

/** A run as its exit status goes by it. */
interface EndedRun {
  readonly passed: boolean;
  /** Of its verdict. */
  readonly code: string;
}

export function exitOfError(kind: ErrorKind, signal: AbortSignal): ExitCode {
  switch (kind) {
    case "cannot-run":
      return EXIT.cannotRun;
    case "check-failed":
      return EXIT.checkFailed;
    case "interrupted":
      return exitOfSignal(signal);
  }
}

/**
 * Of shards that are one batch. One that a user ended ended the batch; what is not whole comes next; then it is as with any batch.
 *
 * @param exitStatuses of the shards @param problems with the shards themselves
 */
export function exitOfShards(batch: {
  readonly runs: readonly EndedRun[];
  readonly thrown: readonly number[];
  readonly exitStatuses: readonly number[];
  readonly problems: readonly string[];
}): ExitCode {
  const bySignal = Object.values(EXIT_BY_SIGNAL).find((status) => batch.exitStatuses.includes(status));
  if (bySignal !== undefined) return bySignal;
  if (batch.problems.length > 0) return EXIT.cannotRun;
  const known = Object.values(EXIT);
  const errors = batch.thrown.map((status) => known.find((one) => one === status) ?? EXIT.checkFailed);
  return exitOfRuns(batch.runs, new AbortController().signal, errors);
}

/**
 * Of a command that runs profiles. What the user ended has the signal's status, whatever was seen before; then set-up comes before
 * failed checks, and those before deadlines.
 *
 * @param errors exit statuses of what runs threw instead of ending with a verdict
 */
export function exitOfRuns(
  results: readonly EndedRun[],
  signal: AbortSignal,
  errors: readonly ExitCode[] = [],
): ExitCode {
  if (signal.aborted) return exitOfSignal(signal);
  const failed = results.filter((result) => !result.passed);
  if (errors.includes(EXIT.cannotRun) || failed.some(({ code }) => code === "setup-failed")) return EXIT.cannotRun;
  if (errors.length > 0 || failed.some(({ code }) => code !== "timed-out")) return EXIT.checkFailed;
  if (failed.length > 0) return EXIT.timedOut;
  // Nothing ran: nothing was proved.
  return results.length === 0 ? EXIT.cannotRun : EXIT.passed;
}
