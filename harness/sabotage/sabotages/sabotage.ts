import type { VerdictCode } from "../../markers/verdict-codes.ts";
import type { RecordedRun } from "../recordings/recording.ts";

/** Recorded runs that honest harness and honest guest left, and what was derived from them, by name. */
export const HONEST_RUNS = [
  ...["udp-sec", "tcp-fallback", "rng-gate", "two-machines", "lossy-path"],
  ...["identity-reject", "faulty-path", "peer-crash", "cross-vm-udp-blocked", "udp-sec-unlogged", "tcp-unlogged"],
  ...["one-machine-loss", "behind-nat"],
] as const;
export type HonestRun = (typeof HONEST_RUNS)[number];

/** Something broken on purpose, and what must be said of it. */
interface SabotageBase {
  /** Kebab-case, unique in the suite. */
  readonly name: string;
  /** What is broken, in one sentence without a subject: "prints a marker twice". */
  readonly breaks: string;
  readonly code: Exclude<VerdictCode, "passed">;
  /**
   * The rule that catches it: an evidence rule, or the verdict code of what watches consoles and machines. More than one only
   * where each sees the same thing from its own source; `why` says so.
   */
  readonly rules: readonly [string, ...string[]];
  readonly why?: string;
}

/** An honest recorded run, tampered with afterwards. */
export interface RecordedSabotage extends SabotageBase {
  readonly where: "recorded";
  readonly honest: HonestRun;
  readonly tamper: (run: RecordedRun) => RecordedRun;
}

/** A broken agent in a real machine. */
export interface VmSabotage extends SabotageBase {
  readonly where: "vm";
  readonly profile: string;
  /** Modules that take the place of others in the agent's bundle. */
  readonly replace: Readonly<Record<string, string>>;
  /** Part of `--fast`. */
  readonly fast: boolean;
}

export type Sabotage = RecordedSabotage | VmSabotage;
