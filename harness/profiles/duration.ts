const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, "": 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d|)$/;

/** For schemas: what `parseDurationMs` takes, except `0`. */
export const DURATION_PATTERN = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d)?$/;

/**
 * @param text as timeout(1) takes it: `190`, `190s`, `1.5m`, `1h`; `250ms` as well
 * @returns milliseconds, or undefined if it is no duration above zero
 */
export function parseDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? Number.NaN));
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}

/** @returns e.g. `190s`, `250ms` */
export function formatDuration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
