const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, "": 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d|)$/;

/** For schemas: what `parseDurationMs` takes, except `0`. */
export const DURATION_PATTERN = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d)?$/;

/** Timers take no more (Node: 2^31 - 1 ms, 24.8 days); a longer one would fire at once. */
export const MAX_DURATION_MS = 2 ** 31 - 1;

/**
 * @param text as timeout(1) takes it: `190`, `190s`, `1.5m`, `1h`; `250ms` as well
 * @returns milliseconds, or undefined if it is no duration above zero, or one beyond `MAX_DURATION_MS`
 */
export function parseDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? Number.NaN));
  return ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

/** @returns e.g. `190s`, `250ms` */
export function formatDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
