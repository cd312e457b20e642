/**
 * From QEMU's start to the first line of the guest's init on an idle machine of two cores under TCG, ms. A slower boot stretches
 * all budgets by the same factor.
 */
export const REFERENCE_BOOT_MS = 2_000;
/** A machine so slow that even this isn't enough should rather fail. */
export const MAX_SCALE = 10;

/** Until the guest's init shows, no scale is known: this is for the slowest machine worth waiting for. */
export const BOOT_BUDGET_MS = 60_000;

/** @param bootMs of each machine that booted; the slowest counts @returns factor on all budgets, at least 1 */
export function budgetScale(bootMs: readonly number[]): number {
  const slowest = Math.max(0, ...bootMs);
  return Math.min(MAX_SCALE, Math.max(1, slowest / REFERENCE_BOOT_MS));
}
