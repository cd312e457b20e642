/** Work that takes longer than somebody waits without asking: what goes on, and for how long already. */
import type { ProgramOutput } from "./program-output.ts";

/** Shorter work is worth no word. */
const UNSAID_MS = 1_000;
const REDRAW_MS = 250;
/** Where lines stay: then, and every minute after that. */
const TOLD_AFTER_MS = [3_000, 10_000, 30_000, 60_000];
const DEFAULT_COLUMNS = 80;

interface Listener {
  readonly stderr: ProgramOutput;
  readonly environment: NodeJS.ProcessEnv;
}

/** @returns whether a person looks at a screen that can be redrawn */
export function isRedrawn({ isTTY }: Pick<ProgramOutput, "isTTY">, { CI = "", TERM }: NodeJS.ProcessEnv): boolean {
  return isTTY && CI === "" && TERM !== "dumb";
}

/**
 * Tells on stderr that work goes on: at a terminal by a line that moves, and is gone with the work; else by lines, ever more seldom.
 *
 * @param what it is called @param work told how to say which part of it goes on; whoever writes a line to the terminal says so first
 */
export async function toldWhile<T>(
  what: string,
  { stderr, environment }: Listener,
  work: (step: (text: string) => void) => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  const isLive = isRedrawn(stderr, environment);
  let step = "";
  let isDrawn = false;
  const erase = (): void => {
    if (isDrawn) stderr.write("\r\u001b[K");
    isDrawn = false;
  };
  const line = (): string => {
    const text = `${what}, ${Math.round((performance.now() - startedMs) / 1_000)} s${step === "" ? "" : `: ${step}`}`;
    return isLive ? text.slice(0, (stderr.columns || DEFAULT_COLUMNS) - 1) : text;
  };
  const draw = (): void => {
    if (performance.now() - startedMs < UNSAID_MS) return;
    stderr.write(`\r\u001b[K${line()}`);
    isDrawn = true;
  };
  // What is told must not keep a program alive that has nothing left to do.
  const stop = isLive ? every(REDRAW_MS, draw) : atTimes(TOLD_AFTER_MS, () => stderr.write(`udpsec: ${line()}\n`));
  try {
    return await work((text) => {
      erase();
      step = text;
    });
  } finally {
    stop();
    erase();
  }
}

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms).unref();
  return () => clearInterval(timer);
}

/** @param times from now, ms, rising; the distance to the last one is the distance between all after it */
function atTimes(times: readonly number[], act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (at: number): void => {
    const last = times.at(-1) ?? 0;
    const ms = at < times.length ? (times[at] ?? 0) - (times[at - 1] ?? 0) : last;
    timer = setTimeout(() => {
      act();
      wait(at + 1);
    }, ms).unref();
  };
  wait(0);
  return () => clearTimeout(timer);
}
