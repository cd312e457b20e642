/** Which failures count as the same while a run is made smaller. */

/** What both a run and its summary tell. */
interface Verdict {
  readonly code: string;
  readonly fullCode?: string | undefined;
  readonly failures: readonly { readonly marker?: string | undefined }[];
  readonly rungs: readonly {
    readonly node: string;
    readonly marker: string;
    readonly reachedMs?: number | undefined;
  }[];
}

/** Times and counts differ from trial to trial; what went wrong doesn't. */
export function failureKind(reason: string): string {
  return reason.replace(/\d+(?:\.\d+)?/g, "#");
}

/** Verdict code with the evidence rule that spoke, the marker that it is about, and the first rung that never came. */
export function verdictKey({ code, fullCode = code, failures, rungs }: Verdict): string {
  const missing = rungs.find(({ reachedMs }) => reachedMs === undefined);
  const gotTo = missing === undefined ? "every rung reached" : `without ${missing.node}: ${missing.marker}`;
  return `${fullCode} at ${failures[0]?.marker ?? "no marker"}, ${gotTo}`;
}
