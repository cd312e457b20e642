/**
 * Makes the link that a run needs: one that decides by its seed and tells each decision, or one that applies those of an earlier
 * run and no others.
 */
import { LinkImpairment } from "./link-impairment.ts";
import { ReplayedDecisions } from "./replayed-decisions.ts";
import type { DecisionRecord, DecisionSource } from "./decision.ts";
import type { LinkSpec } from "./link-spec.ts";

export interface DecisionTrial {
  /** These, and for all other frames what the link does without faults. Absent: as the seed decides. */
  readonly replay?: readonly DecisionRecord[] | undefined;
  /** Told each decision of the seed's. */
  readonly onDecision?: ((record: DecisionRecord) => void) | undefined;
}

/** @throws LinkSpecError */
export function makeLink(spec: LinkSpec, seed: number, name: string, trial: DecisionTrial = {}): DecisionSource {
  const { replay, onDecision } = trial;
  if (replay === undefined) return new LinkImpairment(spec, seed, name, onDecision);
  // What the queue dropped is among the decisions; a queue that drops by itself would add others.
  const clean: LinkSpec = { ...spec, faults: [], queueBytes: Number.MAX_SAFE_INTEGER };
  return new ReplayedDecisions(replay, name, new LinkImpairment(clean, seed, name));
}
