import type { Judgement } from "../rules/rule.ts";

/** The judgement of one rule, and what it was asked about: one marker of the run, or the whole run. */
export interface EvidenceFinding extends Judgement {
  /** Rule id, e.g. `datagram-size`, `udp-sealed-both-ways`. */
  readonly rule: string;
  /** Which marker it confirms; undefined for a rule that holds for the whole run. */
  readonly marker: string | undefined;
  /** Who printed that marker; undefined for a rule that holds for the whole run. */
  readonly node?: string;
  /** Nobody claims what it is about: it was asked so that somebody may know, and nothing follows for the run. */
  readonly isConsulted?: true;
}
