/** The network did what the profile asks of it: else a green run shows nothing about it. */
import { isAtEnd } from "../scene/ends.ts";
import { faultsAt, isFabricTap, type SeenFault } from "../scene/fabric-faults.ts";
import type { ExpectedFault } from "../scene/evidence-input.ts";
import { absent, confirmed, contradicted, type Rule } from "./rule.ts";

export const faultsSeen: Rule = {
  id: "faults-seen",
  text: "The switch applied the faults that the profile asks for.",
  claims: ({ input }) => (input.faults ?? []).length > 0,
  judge({ taps, input }) {
    const switched = taps.filter(isFabricTap);
    if (switched.length === 0) return contradicted("no capture of a switch");
    const seen = faultsAt(switched);
    const expected = input.faults ?? [];
    const counts = expected.map((fault) => {
      const sent = switched
        .filter(({ name }) => isAtEnd(name, fault.from))
        .flatMap(({ frames }) => frames.filter(({ direction }) => direction === "sent"));
      return { fault, hits: countOf(fault, seen), frames: sent.length };
    });
    const saw = counts.map(({ fault: { from, to, reason }, hits, frames }) => {
      return `${from}>${to} ${reason} ${hits} of ${frames} frames`;
    });
    // Loss is asked of each direction; what needs a certain frame may have met none on the way back.
    const unseen = counts.find(({ fault, hits }) => {
      if (fault.reason === "drop") return hits === 0;
      return counts.every((other) => other.fault.reason !== fault.reason || other.hits === 0);
    });
    return unseen === undefined ? confirmed(saw.join("; ")) : absent(saw.join("; "));
  },
};

function countOf({ from, to, reason }: ExpectedFault, seen: readonly SeenFault[]): number {
  return seen.filter((one) => isAtEnd(one.from, from) && isAtEnd(one.to, to) && one.reasons.includes(reason)).length;
}
