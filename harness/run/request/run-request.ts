import type { Provenance } from "../result/provenance.ts";
import type { ResultFile } from "../result/result-file.ts";
import type { Replay } from "../../fabric/link-table.ts";
import type { Architecture } from "../../guests/architecture.ts";
import type { GuestKind, MachineGuest, PreparedImage } from "../../guests/guest-kind.ts";
import type { LoadedProfile } from "../../profiles/load.ts";
import type { Accelerator } from "../../qemu/machine-spec.ts";

/** A kind of guest that boots, with its image and what runs it. */
export interface EquippedGuest {
  readonly kind: MachineGuest;
  readonly image: PreparedImage;
  readonly accelerator: Accelerator;
  /** Why this accelerator, for the summary. */
  readonly acceleratorReason: string;
}

/** Hashes and versions of what runs share. */
export interface EquipmentOrigin {
  readonly agent: string | undefined;
  readonly peer: string | undefined;
  readonly machines: ReadonlyMap<MachineGuest, Pick<Provenance, "agent" | "kernel" | "image" | "qemu">>;
}

/** What runs of all profiles share: made once, before the first clock starts. */
export interface Equipment {
  /** A QEMU for each architecture that some guest has. */
  readonly emulators: ReadonlyMap<Architecture, string>;
  readonly kinds: ReadonlyMap<GuestKind, EquippedGuest>;
  /** The bundled agent, for nodes on the host; undefined if no profile has one. */
  readonly agentPath?: string | undefined;
  /** The bundled peer of the harness's own; undefined if no profile has one. */
  readonly peerPath?: string | undefined;
  /** The bundled suite for every implementation; undefined if no profile plays it. */
  readonly suitePath?: string | undefined;
  /** What all this is by its contents; undefined: nobody asked, as in tests. */
  readonly origin?: EquipmentOrigin;
  readonly setupMs: number;
}

/** One run to be made. */
export interface RunRequest {
  readonly loaded: LoadedProfile;
  /** Decides the faults. */
  readonly seed: string;
  /** Decides the identities; default: a fresh one. Only who plays a run that was made before gives it its own. */
  readonly nonce?: string;
  readonly timeoutMs: number;
  /** It is the profile's: a machine that boots slower than the reference gets more. Default: it is what somebody asked for, to the second. */
  readonly scalesTimeout?: boolean;
  readonly untilMarker: boolean;
  /** A run that fails while it lives is held for so long, at most; undefined: it is ended at once. */
  readonly holdMs?: number | undefined;
  /** Each machine waits for a debugger, which lets it run. */
  readonly waitsForGdb?: boolean;
  /** Neither budgets nor the deadline count. */
  readonly isUnlimited?: boolean;
  /** A rule that can't speak fails the run, and a run that is cut at its last rung has such rules. Default: false. */
  readonly requireEvidence?: boolean;
  /** Folder of the artifact folders. */
  readonly runsFolder: string;
  readonly keepOnFailure: boolean;
  /** Decisions of the network instead of the seed's. */
  readonly replay?: Replay | undefined;
  /** Verdict codes that this run can't end with: how a sabotage shows that one rule alone caught it. No command sets it. */
  readonly without?: ReadonlySet<string>;
  /** The command that makes this run again. */
  readonly again: string;
  /** What is written into its folder besides `summary.json`. */
  readonly resultFiles?: readonly ResultFile[];
}
