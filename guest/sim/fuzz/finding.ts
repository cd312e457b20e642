import type { Address } from "../../core/index.ts";

/** What a fuzzer found: kept in fixtures/corpus as a regression test. */
export type Finding = StrangerFinding | PeerFinding;

export interface StrangerFinding {
  readonly kind: "stranger";
  readonly problem: string;
  readonly target: "a" | "b";
  readonly from: Address;
  readonly hex: string;
}

export interface PeerFinding {
  readonly kind: "peer";
  readonly problem: string;
  /** Seed of the session that shows it. */
  readonly seed: number;
}
