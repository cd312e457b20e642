/** Of all that speaks against a run: what only follows from the first of it, so that nobody looks for a second cause. */
import { failureCode } from "../../markers/failure-code.ts";

interface ToldFailure {
  readonly code: string;
  readonly rule?: string | undefined;
  readonly detail: string;
}

export interface OtherFailures {
  /** `code: detail`, the same words once with how often. */
  readonly also: readonly string[];
  /** Likewise. */
  readonly follows: readonly string[];
}

/** The run was over before they could come. */
const NOT_REACHED: ReadonlySet<string> = new Set(["exited", "hung", "silent", "timed-out"]);
/** A marker that is `missing` was passed over, a fault of its own; but nothing more is waited for once something false was printed. */
const ENDED_AT_ONCE: ReadonlySet<string> = new Set([
  "out-of-order",
  "duplicate",
  "wrong-node",
  "unknown-marker",
  "forbidden",
]);
/** After these a process or a machine has not ended as it should. */
const ENDED_BADLY: ReadonlySet<string> = new Set(["crashed", "exited", "stopped", "hung", "flooded"]);
/** What they find then is that end. */
const RULES_OF_ENDINGS: ReadonlySet<string> = new Set(["init-finished", "told-agrees", "machine-ending"]);
/** The records of the run may not be whole: whatever is counted in them may be wrong. */
const WITHOUT_RECORDS: ReadonlySet<string> = new Set(["setup-failed", "stopped"]);

/** @param failures in their order: the first names the run @returns the others */
export function otherFailures([first, ...others]: readonly ToldFailure[]): OtherFailures {
  const isConsequence = (one: ToldFailure): boolean => first !== undefined && followsFrom(first, one);
  return {
    also: told(others.filter((one) => !isConsequence(one))),
    follows: told(others.filter(isConsequence)),
  };
}

function followsFrom(first: ToldFailure, { code, rule = "" }: ToldFailure): boolean {
  if (NOT_REACHED.has(code) || (code === "missing" && ENDED_AT_ONCE.has(first.code))) return true;
  if (code !== "contradicted") return false;
  return WITHOUT_RECORDS.has(first.code) || (ENDED_BADLY.has(first.code) && RULES_OF_ENDINGS.has(rule));
}

function told(failures: readonly ToldFailure[]): string[] {
  const times = new Map<string, number>();
  for (const failure of failures) {
    // A rule says its name itself; the code has it already.
    const { detail, rule } = failure;
    const saw = rule !== undefined && detail.startsWith(`${rule}: `) ? detail.slice(rule.length + 2) : detail;
    const line = `${failureCode(failure)}: ${saw}`;
    times.set(line, (times.get(line) ?? 0) + 1);
  }
  return [...times].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`));
}
