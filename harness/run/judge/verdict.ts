/** What a run came to, and which of several failures names it: tables and two functions, no effects. */
import { failureCode } from "../../markers/failure-code.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import { VERDICT_TEXTS, type VerdictCode } from "../../markers/verdict-codes.ts";

/** What a run came to. */
export interface Verdict {
  readonly passed: boolean;
  /** The kind of end: exit code and hint go by it. */
  readonly code: VerdictCode;
  /** The same with the evidence rule that spoke: `contradicted/bulk-content`. */
  readonly fullCode: string;
  /** One sentence: what the code means here. */
  readonly detail: string;
  /** What speaks against the run; the first names it. */
  readonly failures: readonly RunFailure[];
}

/**
 * @param failures in their order of precedence
 * @param without codes that do not count: how a sabotage shows that one rule alone caught it
 */
export function verdictOf(failures: readonly RunFailure[], without: ReadonlySet<string> = new Set()): Verdict {
  const counted = failures.filter(({ code }) => !without.has(code));
  const [first] = counted;
  if (first === undefined) {
    return { passed: true, code: "passed", fullCode: "passed", detail: VERDICT_TEXTS.passed.title, failures: counted };
  }
  return { passed: false, code: first.code, fullCode: failureCode(first), detail: first.detail, failures: counted };
}

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
  // What begins as a marker and goes on as two of them is none that somebody should declare.
  "unknown-marker": ["torn"],
};

/** @returns all failures once, the one first that names the run */
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
