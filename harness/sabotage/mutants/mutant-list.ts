/** Every mutant there is. */
import { FRAME_MUTANTS } from "./frame-mutants.ts";
import { HANDSHAKE_MUTANTS } from "./handshake-mutants.ts";
import type { Mutant } from "./mutant.ts";
import { PACKET_MUTANTS } from "./packet-mutants.ts";

export const MUTANTS: readonly Mutant[] = [...HANDSHAKE_MUTANTS, ...PACKET_MUTANTS, ...FRAME_MUTANTS];

/** One of each kind: what every change is tried on. */
export const FAST_MUTANTS: readonly string[] = [
  ...["takes-params-out-of-range", "lets-in-whom-the-table-lacks", "dials-whoever-answers"],
  ...["takes-a-pn-twice", "grants-everything", "takes-any-priority", "takes-data-records-of-no-bytes"],
];
