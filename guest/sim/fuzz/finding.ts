import type { Address } from "../../core/index.ts";

/** What a fuzzer found: kept in fixtures/corpus as a regression test. */
export type FuzzFinding = StrangerFinding | SeededFinding;

export interface StrangerFinding {
  readonly kind: "stranger";
  readonly problem: string;
  readonly target: "a" | "b";
  readonly from: Address;
  readonly hex: string;
}

/** A malicious peer of udp-sec, of mux, of tcp; a stranger on TCP. */
export type SeededKind = "peer" | "mux" | "tcp-peer" | "tcp-stranger";

export interface SeededFinding {
  readonly kind: SeededKind;
  readonly problem: string;
  /** Seed of the session that shows it. */
  readonly seed: number;
}

/** A session without a finding. */
export interface SessionResult {
  /** Packets, frames, records or pieces that the victim took. */
  readonly executions: number;
  /** What became of the victim. */
  readonly outcome: string;
}
