import type { VerdictCode } from "./verdict-codes.ts";

export interface ForbiddenPattern {
  readonly name: string;
  readonly pattern: RegExp;
  readonly code: Extract<VerdictCode, "crashed" | "forbidden">;
}

/** What no run may print, whatever its profile. Looked for anywhere in a line, at once. */
export const FORBIDDEN_PATTERNS: readonly ForbiddenPattern[] = [
  { name: "kernel panic", pattern: /Kernel panic/, code: "crashed" },
  { name: "kernel oops", pattern: /\bOops\b/, code: "crashed" },
  { name: "kernel bug", pattern: /\bBUG:/, code: "crashed" },
  { name: "general protection fault", pattern: /general protection fault/, code: "crashed" },
  { name: "segmentation fault", pattern: /segfault at|Segmentation fault/, code: "crashed" },
  { name: "out of memory", pattern: /Out of memory: Killed|invoked oom-killer/, code: "crashed" },
  { name: "engine abort", pattern: /FATAL ERROR: /, code: "crashed" },
  {
    name: "unhandled rejection",
    pattern: /[Uu]nhandled ?(?:promise )?[Rr]ejection|UnhandledPromiseRejection/,
    code: "forbidden",
  },
  { name: "uncaught exception", pattern: /[Uu]ncaught ?[Ee]xception/, code: "forbidden" },
];

/** @returns the first forbidden pattern that the line holds */
export function findForbidden(line: string): ForbiddenPattern | undefined {
  return FORBIDDEN_PATTERNS.find(({ pattern }) => pattern.test(line));
}
