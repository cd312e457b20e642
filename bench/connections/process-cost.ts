/** What a process has cost so far. */
export interface ProcessCost {
  readonly atMs: number;
  /** User and system time. */
  readonly cpuSeconds: number;
}

export interface ProcessMemory {
  readonly heapBytes: number;
  readonly bufferBytes: number;
}

/** Timers of what just happened run out first. */
const SETTLE_MS = 1_000;

export function processCost(): ProcessCost {
  const { user, system } = process.cpuUsage();
  return { atMs: performance.now(), cpuSeconds: (user + system) / 1e6 };
}

/** After two full collections, which `--expose-gc` allows. */
export async function settledMemory(): Promise<ProcessMemory> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const collect = (globalThis as { readonly gc?: () => void }).gc;
  collect?.();
  collect?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heapBytes: heapUsed, bufferBytes: arrayBuffers };
}

/** @returns seconds of the clock and of the processor between two looks */
export function between(
  before: ProcessCost,
  after: ProcessCost,
): { readonly seconds: number; readonly cpuSeconds: number } {
  return { seconds: (after.atMs - before.atMs) / 1000, cpuSeconds: after.cpuSeconds - before.cpuSeconds };
}
