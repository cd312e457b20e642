/** Times and amounts in words. */

/** @returns `12.345` */
export function secondsText(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** @param stepMs between two marks @returns with as many digits as tell two marks apart */
export function markText(ms: number, stepMs: number): string {
  const digits = stepMs >= 1000 ? 0 : stepMs >= 100 ? 1 : stepMs >= 10 ? 2 : stepMs >= 1 ? 3 : 4;
  return `${(ms / 1000).toFixed(digits)} s`;
}

/** @returns about so many round steps in the span, ms */
export function roundStep(spanMs: number, marks: number): number {
  const least = spanMs / Math.max(1, marks);
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-3)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** @returns `1.2 MB` */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Longer lines tell nobody more. */
export const MAX_SHOWN_UNITS = 300;

/** @returns the text, cut where a line ends that is shown */
export function shownLine(text: string): string {
  return text.length <= MAX_SHOWN_UNITS ? text : `${text.slice(0, MAX_SHOWN_UNITS)}…`;
}
