/** What a failure is worth: who was late judges nobody, and who crashed has failed. */
import type { ConformCase } from "../stage/conform-case.ts";
import type { ConformResult } from "./conform-result.ts";

/** Longer than what any case takes for its own work, shorter than the shortest timer of the target's that a late answer may meet. */
const STARVED_MS = 400;
const LOADED_STARVED_MS = 4_000;
/** A target that lets in by its own choice takes a few ms: one that takes so long waits for a processor, as an emulated machine may. */
const SLOW_TARGET_MS = 1_000;

/**
 * Who had no turn for so long has been late for the other's timers: what came of it is nobody's fault.
 *
 * @param letInMs how long the target took to let somebody in behind the failure @returns who was late; undefined: nobody
 */
export function starvationOf({ verdict, starvedMs, conformCase }: ConformResult, letInMs = 0): string | undefined {
  if (verdict !== "fail") return undefined;
  if (starvedMs >= starvedFrom(conformCase)) return `this host gave the suite no turn for ${starvedMs} ms`;
  return letInMs >= SLOW_TARGET_MS ? `the target took ${Math.round(letInMs)} ms to let somebody in` : undefined;
}

/**
 * Who is slow to let somebody in right behind a case, and then is not, isn't slow: the case has put it out of action, as one that something starts
 * again when it has crashed. @returns what is to be said of it
 */
export function awayBehind(
  result: ConformResult,
  letInMs: number | undefined,
  againMs: number | undefined,
): string | undefined {
  const isOwnFault = letInMs === undefined || letInMs < SLOW_TARGET_MS || starvationOf(result) !== undefined;
  if (isOwnFault || againMs === undefined || againMs >= SLOW_TARGET_MS) return undefined;
  return `both times nobody was let in for a while behind it (${Math.round(letInMs)} ms): has it crashed, and was started again?`;
}

/** Nothing has passed, either way. */
export function isUntouched({ verdict, packets }: ConformResult): boolean {
  return verdict === "fail" && packets.length === 0;
}

/** Who crashes fails, whatever the case has seen of it. */
export function withCrash(result: ConformResult, crash: string | undefined): ConformResult {
  if (crash === undefined) return result;
  return { ...result, verdict: "fail", detail: [crash, result.detail].filter((text) => text !== "").join("; ") };
}

/** A failure of who was starved again says nothing. */
export function judgedFairly(result: ConformResult, why: string | undefined): ConformResult {
  if (why === undefined) return result;
  return { ...result, verdict: "inconclusive", detail: `too slow to be judged (${why}): ${result.detail}` };
}

/** Who puts a target under load works for it: what it waits for is no timer of the target's. */
function starvedFrom({ isAlone }: ConformCase): number {
  return isAlone === true ? LOADED_STARVED_MS : STARVED_MS;
}
