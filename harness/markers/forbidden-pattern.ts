import type { VerdictCode } from "./verdict-codes.ts";

/** A line that fails any run. Which ones there are, the kind of guest says that prints them. */
export interface ForbiddenPattern {
  readonly name: string;
  readonly pattern: RegExp;
  readonly code: Extract<VerdictCode, "crashed" | "forbidden">;
}

/** @returns the first of the patterns that the line holds */
export function findForbidden(line: string, patterns: readonly ForbiddenPattern[]): ForbiddenPattern | undefined {
  return patterns.find(({ pattern }) => pattern.test(line));
}
