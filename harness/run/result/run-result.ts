import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { LadderNote, RungState } from "../../markers/ladder-spec.ts";
import type { Standings } from "../judge/marker-standings.ts";
import type { Verdict } from "../judge/verdict.ts";
import type { Trace } from "./guests-words.ts";
import type { Parties } from "./parties.ts";
import type { Provenance } from "./provenance.ts";
import type { FabricStats } from "../../fabric/fabric.ts";
import type { NodeExit } from "../../worlds/live/node-exit.ts";

/** What became of one machine. */
export interface NodeResult {
  readonly name: string;
  readonly guest: string;
  readonly exit: NodeExit["kind"] | "not-started";
  /** More about the exit: a status, a signal, what QEMU said. */
  readonly exitDetail: string | undefined;
  /** From QEMU's start to the first line of the guest's init, ms. */
  readonly bootMs: number | undefined;
  /** To the first event of the agent, ms. */
  readonly readyMs: number | undefined;
  /** Last lines of the console, clean, with their times. */
  readonly tail: readonly string[];
  readonly events: number;
  readonly eventPortDamage: number;
  /** What init reported, e.g. `memory_available_kib`. */
  readonly facts: Readonly<Record<string, string>>;
}

/** One run of one profile, complete: the summary is this, written down. */
export interface RunResult extends Verdict {
  readonly profile: string;
  /** Absolute path of its file, for one that does not come with the project. */
  readonly profilePath?: string | undefined;
  readonly proves: string;
  /** Whose word both ends were. */
  readonly parties: Parties;
  readonly seed: string;
  /** What its identities and contents follow from, hex: with it the run can be judged later. */
  readonly nonce: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly accelerator: string;
  readonly acceleratorReason: string;
  readonly notes: readonly LadderNote[];
  readonly rungs: readonly RungState[];
  readonly evidence: readonly EvidenceFinding[];
  /** On whose word each rung stands. */
  readonly standings: Standings;
  /** `RUN_UNTIL_MARKER=1`, or `--phase`, ended it at its last rung. */
  readonly cut: boolean;
  /** The phase after which it was cut, if it was asked for no more. */
  readonly cutAtPhase?: string | undefined;
  /** Rules that could not speak. */
  readonly silentRules: readonly string[];
  readonly nodes: readonly NodeResult[];
  /** Why the first missing marker did not come, if its process said so. */
  readonly because: string | undefined;
  /** The console line most like the first missing marker. */
  readonly nearestLine: string | undefined;
  /** What the last failing events said, newest last. */
  readonly complaints: readonly string[];
  /** Processes that ended on an error that nobody caught. */
  readonly crashes: readonly Trace[];
  /** Where processes and processors were when a limit had passed, those that spin first; empty: none has. */
  readonly doing: readonly Trace[];
  /** What the profile's actions did, in their order; times on the run's clock, ms. */
  readonly actions: readonly { readonly what: string; readonly atMs: number }[];
  /** Factor on all budgets, from the boot. */
  readonly scale: number;
  /** How long each machine was ready to run and got no processor of this host, ms, by node. */
  readonly starvedMs: Readonly<Record<string, number>>;
  readonly timing: {
    readonly setupMs: number;
    /** From QEMU's start to its end. */
    readonly machineMs: number;
    readonly evidenceMs: number;
  };
  /** What the switch did; undefined where there is none. */
  readonly fabric?: FabricStats | undefined;
  readonly image: Readonly<Record<string, string>>;
  /** What it was made of, by contents. */
  readonly provenance: Provenance;
  readonly artifactsFolder: string;
  readonly again: string;
}
