import type { RunFailure } from "../../markers/ladder-spec.ts";
import type { VerdictCode } from "../../markers/verdict-codes.ts";

/** What speaks against a run, by where it was found. */
export interface FoundFailures {
  /** What ended the run. */
  readonly ended: readonly RunFailure[];
  /** What of the run is not known, such as records that the disk did not take: nothing can be judged without it. */
  readonly unknown: readonly RunFailure[];
  /** What only the whole of the consoles can tell. */
  readonly ladder: readonly RunFailure[];
  /** What the evidence denies or leaves open. */
  readonly evidence: readonly RunFailure[];
}

/** The first place that found something names the run. */
export const PRECEDENCE = [
  "ended",
  "unknown",
  "ladder",
  "evidence",
] as const satisfies readonly (keyof FoundFailures)[];

/** Something did not come; these explain that better than the absence itself does, wherever they were found. */
export const EXPLAINED_BY: Readonly<Partial<Record<VerdictCode, readonly VerdictCode[]>>> = {
  exited: ["torn", "channels-disagree"],
  missing: ["torn", "channels-disagree"],
  hung: ["torn", "channels-disagree"],
  silent: ["torn", "channels-disagree"],
};

/** @returns all failures once, the one first that names the run's outcome */
export function orderFailures(found: FoundFailures): RunFailure[] {
  const failures: RunFailure[] = [];
  for (const place of PRECEDENCE) {
    failures.push(...found[place].filter((failure) => place !== "ladder" || !isTold(failures, failure)));
  }
  const [first] = failures;
  const explaining = (first === undefined ? undefined : EXPLAINED_BY[first.code]) ?? [];
  const rank = ({ code }: RunFailure): number => (explaining.includes(code) ? 0 : 1);
  return failures.toSorted((a, b) => rank(a) - rank(b));
}

/** The same rung may be found missing when its machine ends and again when its console does. */
function isTold(known: readonly RunFailure[], late: RunFailure): boolean {
  const isAbsence = late.code === "exited" || late.code === "missing";
  return known.some(
    ({ node, marker, code }) => node === late.node && marker === late.marker && (code === late.code || isAbsence),
  );
}
