/** Memory that is asked for and never given back shows as a line that rises. Where it lies at first is no matter. */

/** The last quarter may lie this much above the second: caches and compiled code still grow a little. */
export const MAX_GROWTH = 0.1;
/** One for each quarter. */
export const MIN_SAMPLES = 4;

export interface MemorySample {
  readonly atMs: number;
  readonly bytes: number;
}

export interface MemoryTrend {
  /** Medians: one sample before or after a collection of garbage says nothing. */
  readonly secondQuarterBytes: number;
  readonly lastQuarterBytes: number;
  /** Of the last quarter over the second; negative if it shrank. */
  readonly growth: number;
  /** Of the line that fits the samples after the first quarter best. */
  readonly slopeBytesPerHour: number;
  readonly isFlat: boolean;
}

/**
 * The first quarter isn't looked at: a program that starts takes memory.
 *
 * @param samples in order of time @throws RangeError for fewer than `MIN_SAMPLES`
 */
export function memoryTrend(samples: readonly MemorySample[]): MemoryTrend {
  if (samples.length < MIN_SAMPLES) throw new RangeError(`${samples.length} samples show no trend`);
  const quarter = (index: number): number => Math.floor((samples.length * index) / 4);
  const secondQuarterBytes = median(samples.slice(quarter(1), quarter(2)));
  const lastQuarterBytes = median(samples.slice(quarter(3)));
  const growth = lastQuarterBytes / secondQuarterBytes - 1;
  const isFlat = lastQuarterBytes <= secondQuarterBytes * (1 + MAX_GROWTH);
  const slopeBytesPerHour = slopePerMs(samples.slice(quarter(1))) * 3_600_000;
  return { secondQuarterBytes, lastQuarterBytes, growth, slopeBytesPerHour, isFlat };
}

function median(samples: readonly MemorySample[]): number {
  const sorted = samples.map(({ bytes }) => bytes).sort((left, right) => left - right);
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
}

/** Least squares. */
function slopePerMs(samples: readonly MemorySample[]): number {
  const meanMs = mean(samples.map(({ atMs }) => atMs));
  const meanBytes = mean(samples.map(({ bytes }) => bytes));
  let products = 0;
  let squares = 0;
  for (const { atMs, bytes } of samples) {
    products += (atMs - meanMs) * (bytes - meanBytes);
    squares += (atMs - meanMs) ** 2;
  }
  return squares === 0 ? 0 : products / squares;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}
