/**
 * What an idle machine of two cores needs under TCG, ms from QEMU's start: to the first line of the guest's init, and to the first
 * event of the agent (Node is up). A slower machine stretches all budgets by the same factor.
 */
export const REFERENCE_BOOT_MS = 2_000;
export const REFERENCE_READY_MS = 4_000;
/** A machine so slow that even this isn't enough should rather fail. */
export const MAX_SCALE = 10;

/** Until the guest's init shows, no scale is known: this is for the slowest machine worth waiting for. */
export const BOOT_BUDGET_MS = 60_000;

/** How far a machine has come, and when. */
export interface BootTimes {
  readonly bootMs: number;
  /** Undefined: no agent yet, or a guest without one. */
  readonly readyMs: number | undefined;
}

/** @returns factor on all budgets, at least 1; the slowest machine counts */
export function budgetScale(machines: readonly BootTimes[]): number {
  const factors = machines.flatMap(({ bootMs, readyMs }) => [
    bootMs / REFERENCE_BOOT_MS,
    (readyMs ?? 0) / REFERENCE_READY_MS,
  ]);
  return Math.min(MAX_SCALE, Math.max(1, ...factors));
}
