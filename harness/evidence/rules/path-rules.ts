/** Rules about networks with faults and machines that die: profiles ask for them by name. */
import { cwndReacted } from "./cwnd-reacted.ts";
import { endedByLiveness } from "./ended-by-liveness.ts";
import { everyPair } from "./every-pair.ts";
import { fallbackWithinDeadline } from "./fallback-within-deadline.ts";
import { faultsSeen } from "./faults-seen.ts";
import { markerAfterWire } from "./marker-after-wire.ts";
import { outageSurvived } from "./outage-survived.ts";
import type { Rule } from "./rule.ts";
import { sameStreamBothEnds } from "./same-stream-both-ends.ts";

export const PATH_RULES: readonly Rule[] = [
  faultsSeen,
  cwndReacted,
  sameStreamBothEnds,
  outageSurvived,
  fallbackWithinDeadline,
  endedByLiveness,
  everyPair,
  markerAfterWire,
];
