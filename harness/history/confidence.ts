/** 95 % of a normal distribution lies within so many standard deviations. */
const Z_95 = 1.959964;

export interface PassRate {
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval at 95 %: honest where all runs passed, unlike the textbook one, which would claim certainty.
 *
 * @param total at least 1
 */
export function passRate(passed: number, total: number): PassRate {
  const rate = passed / total;
  const z2 = Z_95 ** 2;
  const centre = (rate + z2 / (2 * total)) / (1 + z2 / total);
  const half = (Z_95 / (1 + z2 / total)) * Math.sqrt((rate * (1 - rate)) / total + z2 / (4 * total ** 2));
  return { rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** @returns e.g. `20 of 20 passed: 100.0 % (95 % confidence: 83.9 % to 100.0 %)` */
export function formatPassRate(passed: number, total: number): string {
  const { rate, low, high } = passRate(passed, total);
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return `${passed} of ${total} passed: ${percent(rate)} (95 % confidence: ${percent(low)} to ${percent(high)})`;
}
