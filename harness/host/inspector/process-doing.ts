import type { InspectorSaid } from "./inspector-said.ts";

/** What a process did when somebody looked: on this host, or in a guest as its root saw it. */
export interface ProcessDoing {
  /** Its name in events, such as `selftest`. */
  readonly source: string;
  /** As the kernel has it: `R` runs, `S` and `D` wait, `T` stands still, `Z` is dead (proc(5)). */
  readonly state: string;
  /** Of the time that it was looked at, how much it had a processor: 0 to 1. */
  readonly busy: number | undefined;
  /** The function of the kernel in which it waits. */
  readonly wchan: string | undefined;
  /** Undefined: its inspector did not answer. It is busy outside of JavaScript, or not yet there. */
  readonly said: InspectorSaid | undefined;
}

/** From here on it is called running, whatever state it was in at one moment. */
const BUSY = 0.2;
/** A frame of a timer that is looked at, say: whoever waits is there now and then. */
const NODES_OWN = /^\s*at (?:.*\()?node:/;

/** One that spins may get little of a crowded host, and waits for its turn as `R`. */
function spins({ state, busy }: ProcessDoing): boolean {
  return state === "R" || (busy ?? 0) >= BUSY;
}

/** @returns all of them, who spins before who waits */
export function busiestFirst<T extends { readonly doing: ProcessDoing }>(all: readonly T[]): T[] {
  const rank = ({ doing }: T): number => (spins(doing) ? 1 : 0) + (doing.busy ?? 0);
  return [...all].sort((a, b) => rank(b) - rank(a));
}

/** @returns one line, then its stack as V8 writes it: `readable-stack.ts` leads it back to the sources */
export function describeDoing(doing: ProcessDoing): string {
  const { state, busy, wchan, said } = doing;
  const stack = said?.stack?.split("\n").some((line) => !NODES_OWN.test(line)) === true ? said.stack : undefined;
  const share = busy === undefined ? "" : ` (${Math.round(100 * busy)} % of a processor)`;
  if (spins(doing)) {
    if (stack !== undefined) return `runs${share}, at\n${stack}`;
    if (said !== undefined) return `runs${share}, within Node's own code`;
    return `runs${share}, outside of JavaScript or in a call that doesn't return: its inspector did not answer`;
  }
  const where = wchan === undefined ? "" : ` in the kernel's ${wchan}`;
  if (state === "T") return `stands still: it was stopped by a signal`;
  if (state === "Z") return `is dead, and nobody has asked for its status`;
  if (said === undefined) return `waits${where}${share}, and its inspector did not answer`;
  if (stack !== undefined) return `waits${where}${share}; when it ran next, it was at\n${stack}`;
  const { resources = [] } = said;
  return `waits${where}${share}: nothing of ours runs; it is kept by ${resources.length === 0 ? "nothing" : resources.join(", ")}`;
}
