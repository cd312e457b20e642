import type { VerdictCode } from "../markers/verdict-codes.ts";
import type { ChaosGround } from "./chaos-ground.ts";
import type { RunningCommand } from "./running-command.ts";

/** Of a case in which nothing has to be waited for: start and end of a few processes, on a machine that has other work. */
export const QUICK_MS = 10_000;

/** One thing that goes wrong, and what the command line must make of it. */
export interface ChaosCase {
  readonly name: string;
  /** Also in the short run that `scripts/test.sh` makes. */
  readonly fast?: boolean;
  /** How the fake QEMU behaves (`fake-qemu.ts`); `honest` if not said. */
  readonly fake?: string;
  /** What stands for QEMU: the fake itself, or a shell that runs the fake and ignores every signal that it can. */
  readonly program?: "fake" | "deaf-wrapper";
  /** `foreign` boots a guest with a console alone, `rng-gate` one with an event port. */
  readonly profile?: "foreign" | "rng-gate";
  /** `test` runs a profile, others are commands of their own. */
  readonly command?: readonly string[];
  readonly options?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A program that starts the command: it limits what the host gives. */
  readonly through?: readonly string[];
  /** Breaks something before the command starts. @returns environment variables for it */
  readonly prepare?: (
    ground: ChaosGround,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
  /** What happens to the command while it runs. */
  readonly meanwhile?: (command: RunningCommand, ground: ChaosGround) => Promise<void>;
  /** Exit status that it must end with; several where it depends on the machine which way in order it goes. */
  readonly status: number | readonly number[];
  /** Verdict that its summary must have; undefined: there need not be one. */
  readonly code?: VerdictCode;
  /** What it must say, on either output. */
  readonly says?: RegExp;
  /** It is killed: what it can't remove itself, the next run does. */
  readonly leavesFolders?: boolean;
  /** From its start to its end. */
  readonly withinMs: number;
}
