import type { LadderNote, RunFailure, RungState } from "../../markers/ladder-spec.ts";
import type { Pruned } from "../result/prune-runs.ts";
import type { RunResult } from "../result/run-result.ts";

export interface RunHeading {
  readonly profile: string;
  readonly seed: string;
  readonly rungs: readonly RungState[];
}

/** What is told of a run that has failed and waits for people. */
export interface HeldRun {
  readonly failure: RunFailure;
  /** Of the run's artifacts. */
  readonly folder: string;
  /** Those that can be attached to. */
  readonly machines: readonly { readonly name: string; readonly state: "paused" | "running" }[];
  /** Then it ends by itself. */
  readonly limitMs: number;
}

/** Who is told how runs get on. One run's calls come in order; calls of runs at the same time mix. */
export interface RunReporter {
  /** One line for each step of set-up that does work. */
  setup(line: string): void;
  started(run: RunHeading): void;
  rung(run: RunHeading, rung: RungState): void;
  /** Something was done to the run, as its profile asks. @param struck its time is on the run's clock, ms */
  action(run: RunHeading, struck: { readonly what: string; readonly atMs: number }): void;
  note(run: RunHeading, note: LadderNote): void;
  /** A machine waits for its debugger. @param command for a shell */
  debuggable?(run: RunHeading, machine: { readonly node: string; readonly command: string }): void;
  /** It has failed, and waits for people before its machines are ended. */
  held?(run: RunHeading, held: HeldRun): void;
  ended(run: RunHeading, result: RunResult): void;
  /** All have ended, and what was too much of earlier ones went. */
  pruned?(pruned: Pruned): void;
}

/** For runs whose caller tells of them in its own words. */
export const SILENT_REPORTER: RunReporter = {
  setup: () => undefined,
  started: () => undefined,
  rung: () => undefined,
  action: () => undefined,
  note: () => undefined,
  ended: () => undefined,
};
