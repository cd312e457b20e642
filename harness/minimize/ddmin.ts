/**
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002, ddmin): the smallest part of a
 * list that still fails. Finds one that is 1-minimal: without any one of its elements it does not fail.
 */
export interface MinimiseOptions {
  /** Trials at most; past it the best so far is the answer. */
  readonly maxTrials: number;
  /** Told after each trial. */
  readonly onProgress?: (trials: number, kept: number) => void;
}

export interface Minimised<T> {
  readonly kept: readonly T[];
  readonly trials: number;
  /** False: the trials ran out before the answer was known to be 1-minimal. */
  readonly isMinimal: boolean;
}

/**
 * @param items a list that fails as a whole; the caller has seen it fail
 * @param fails whether a part, in the order of the list, still fails
 */
export async function ddmin<T>(
  items: readonly T[],
  fails: (part: readonly T[]) => Promise<boolean>,
  { maxTrials, onProgress }: MinimiseOptions,
): Promise<Minimised<T>> {
  let kept = [...items];
  let trials = 0;
  const known = new Map<string, boolean>();
  const indexOf = new Map(items.map((item, index) => [item, index]));
  const attempt = async (part: readonly T[]): Promise<boolean> => {
    const key = part.map((item) => indexOf.get(item)).join(",");
    const before = known.get(key);
    if (before !== undefined) return before;
    trials += 1;
    const result = await fails(part);
    known.set(key, result);
    onProgress?.(trials, Math.min(kept.length, result ? part.length : kept.length));
    return result;
  };
  if (kept.length > 0 && (await attempt([]))) return { kept: [], trials, isMinimal: true };
  for (let pieces = 2; kept.length > 1;) {
    const parts = split(kept, pieces);
    const smaller = await firstFailing(
      [...parts, ...parts.map((part) => without(kept, part))],
      attempt,
      () => trials < maxTrials,
    );
    if (smaller === "out-of-trials") return { kept, trials, isMinimal: false };
    if (smaller !== undefined) {
      pieces = parts.some((part) => part === smaller) ? 2 : Math.max(pieces - 1, 2);
      kept = [...smaller];
    } else if (pieces >= kept.length) break;
    else pieces = Math.min(kept.length, pieces * 2);
  }
  return { kept, trials, isMinimal: true };
}

async function firstFailing<T>(
  candidates: readonly (readonly T[])[],
  attempt: (part: readonly T[]) => Promise<boolean>,
  mayTry: () => boolean,
): Promise<readonly T[] | undefined | "out-of-trials"> {
  for (const candidate of candidates) {
    if (!mayTry()) return "out-of-trials";
    if (await attempt(candidate)) return candidate;
  }
  return undefined;
}

/** Into so many parts of nearly the same length, none empty. */
function split<T>(items: readonly T[], pieces: number): T[][] {
  const count = Math.min(pieces, items.length);
  return Array.from({ length: count }, (_, index) =>
    items.slice(Math.floor((index * items.length) / count), Math.floor(((index + 1) * items.length) / count)),
  );
}

function without<T>(items: readonly T[], part: readonly T[]): T[] {
  const gone = new Set(part);
  return items.filter((item) => !gone.has(item));
}
