import type { ResultFile } from "../../run/result/result-file.ts";
import type { RunReporter } from "../../run/request/run-reporter.ts";
import type { RunResult } from "../../run/result/run-result.ts";
import type { Colors } from "../colors.ts";

/** Where a live reporter writes. */
export interface ReporterTerminal {
  readonly output: { write(text: string): unknown; readonly columns?: number | undefined };
  readonly colors: Colors;
  /** A person looks at a screen that can be redrawn. */
  readonly isLive: boolean;
  /** Many runs of each profile: one line per run. */
  readonly isBrief: boolean;
}

/** A run that was asked for and left out. */
export interface LeftRun {
  readonly profile: string;
  /** Absolute path of its file, for one that does not come with the project. */
  readonly profilePath?: string | undefined;
  /** Undefined where there was none yet. */
  readonly seed: string | undefined;
}

/** A run that ended on an error instead of a verdict. */
export interface ThrownRun extends LeftRun {
  readonly code: string;
  readonly message: string;
}

/** All runs of one command. */
export interface CommandOutcome {
  readonly results: readonly RunResult[];
  /** What ended without a verdict: a profile that can't be read, a folder that can't be made, a bug. */
  readonly thrown: readonly ThrownRun[];
  /** Asked for, and never begun. */
  readonly left: readonly LeftRun[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly exitStatus: number;
  /** How often each profile passed. */
  readonly rates: readonly { readonly profile: string; readonly passed: number; readonly total: number }[];
  readonly runsFolder: string;
  /** Each profile was asked for several times. */
  readonly isRepeated: boolean;
}

/** One way to tell of runs: in the folder of each, and at the end. Adding one: its file, and its place in `index.ts`. */
export interface Reporter {
  readonly name: string;
  /** Of `list` alone, which owns the terminal. @returns who is told while runs get on */
  live?(terminal: ReporterTerminal): RunReporter;
  /** One file in the artifact folder of each run. */
  readonly resultFile?: ResultFile;
  /** In the folder of runs, where no file is named: for what nobody wants on stdout. */
  readonly standardFile?: string;
  /**
   * @param announce told what is missing, in lines @param step told which part of the work goes on
   * @returns the text on stdout, or in the file, when all runs have ended
   */
  closing?(
    outcome: CommandOutcome,
    announce: (line: string) => void,
    step: (text: string) => void,
  ): string | Promise<string>;
}
