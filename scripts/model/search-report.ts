/** What a verifier that spin made says. */

export interface SearchOutcome {
  readonly found: "holds" | "violated";
  /** In the words of its report: states stored. */
  readonly states: number;
}

/** The search found nothing, but it didn't look at everything: that proves nothing. */
const CUT_SHORT = /max search depth too small|reached -DMEMLIM bound|out of memory|time limit|Search not completed/i;

/**
 * @param report of one run for one property
 * @returns undefined if the search was cut short and found nothing, or if this is no report
 */
export function readSearchReport(report: string): SearchOutcome | undefined {
  const errors = /, errors: (\d+)$/m.exec(report)?.[1];
  const states = /^\s*(\d+) states, stored/m.exec(report)?.[1];
  if (errors === undefined || states === undefined) return undefined;
  if (errors !== "0") return { found: "violated", states: Number(states) };
  return CUT_SHORT.test(report) ? undefined : { found: "holds", states: Number(states) };
}
