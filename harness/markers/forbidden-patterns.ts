import type { VerdictCode } from "./verdict-codes.ts";

export interface ForbiddenPattern {
  readonly name: string;
  readonly pattern: RegExp;
  readonly code: Extract<VerdictCode, "crashed" | "forbidden">;
}

/** Where a message of the kernel begins: a line, or after the kernel's clock, which may stand in the middle of somebody else's line. */
const KERNEL = String.raw`(?:^|\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )`;
const kernelSays = (message: string): RegExp => new RegExp(KERNEL + message);

/** What no run may print, whatever its profile. A sentence that only mentions such words is no crash. */
export const FORBIDDEN_PATTERNS: readonly ForbiddenPattern[] = [
  { name: "kernel panic", pattern: kernelSays("Kernel panic - "), code: "crashed" },
  { name: "kernel oops", pattern: kernelSays(String.raw`(?:Internal error: )?Oops(?:: | - | \[#)`), code: "crashed" },
  { name: "kernel bug", pattern: kernelSays("(?:watchdog: )?BUG: "), code: "crashed" },
  { name: "general protection fault", pattern: kernelSays("(?:traps: .*)?general protection fault"), code: "crashed" },
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
