import type { ForbiddenPattern } from "../markers/forbidden-pattern.ts";

/** What the lines of a kind's console look like, and what they mean. */
export interface ConsoleOutput {
  /** What firmware leaves on the console without a line end: what the guest prints first stands behind it, on the same line. */
  readonly firmwarePrompt?: RegExp | undefined;
  /** The first line of the guest's own, past firmware and kernel: from here its budgets count. Without it: from its first marker. */
  readonly bootSign?: RegExp | undefined;
  /** How a line begins that claims to be a marker. In no list of markers, it fails the run. */
  readonly claim: RegExp;
  /** What no run may print, whatever its profile. */
  readonly forbidden: readonly ForbiddenPattern[];
  /** What its kernel may write into the middle of somebody else's line: to the end of that line. */
  readonly intrusion?: RegExp | undefined;
  /** Default: UTF-8. Bytes that are none show as U+FFFD; the raw log keeps them. */
  readonly encoding?: "utf-8" | "latin1";
}

/** A message of Linux: it begins with its time stamp. */
export const LINUX_INTRUSION = /\[ *\d{1,6}\.\d{6}\].*$/;

/** Markers of the project begin like this. No kind may print one that isn't in the list: a foreign guest neither. */
export const PROJECT_CLAIM = /^(?:dsoftbus|SELFTEST:)/;

/** Where a message of the kernel begins: a line, or after the kernel's clock, which may stand in the middle of somebody else's line. */
const KERNEL = String.raw`(?:^|\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )`;
const kernelSays = (message: string): RegExp => new RegExp(KERNEL + message);

/** How Linux tells that it, or a process, broke. A sentence that only mentions such words is no crash. */
export const LINUX_CRASHES: readonly ForbiddenPattern[] = [
  { name: "kernel panic", pattern: kernelSays("Kernel panic - "), code: "crashed" },
  { name: "kernel oops", pattern: kernelSays(String.raw`(?:Internal error: )?Oops(?:: | - | \[#)`), code: "crashed" },
  { name: "kernel bug", pattern: kernelSays("(?:watchdog: )?BUG: "), code: "crashed" },
  { name: "general protection fault", pattern: kernelSays("(?:traps: .*)?general protection fault"), code: "crashed" },
  { name: "segmentation fault", pattern: /segfault at|Segmentation fault/, code: "crashed" },
  { name: "out of memory", pattern: /Out of memory: Killed|invoked oom-killer/, code: "crashed" },
];

/** How our agent tells that a process of its own ended on an error that nobody caught: `guest/agent/crash.ts`. */
export const AGENT_CRASH: ForbiddenPattern = {
  name: "crashed process",
  pattern: /^crashed: [a-z0-9-]+: /,
  code: "crashed",
};

/** How Node tells that a program of it broke. */
export const NODE_CRASHES: readonly ForbiddenPattern[] = [
  { name: "engine abort", pattern: /FATAL ERROR: /, code: "crashed" },
  {
    name: "unhandled rejection",
    pattern: /[Uu]nhandled ?(?:promise )?[Rr]ejection|UnhandledPromiseRejection/,
    code: "forbidden",
  },
  { name: "uncaught exception", pattern: /[Uu]ncaught ?[Ee]xception/, code: "forbidden" },
];
