import type { HistoryEntry } from "./history.ts";

/** Runs of a profile that its duration is taken from: the newest. */
const LATEST = 20;

export interface CostedProfile {
  readonly name: string;
  /** The profile's own deadline. */
  readonly timeoutMs: number;
  /** That run side by side. */
  readonly machines: number;
}

/**
 * What a run of each profile is expected to cost: time times machines. Measured where the profile has passed before; elsewhere its deadline,
 * scaled as the deadlines of the measured ones are to their durations.
 *
 * @param historyOf oldest first @returns by name; the unit is the same for all
 */
export function expectedCosts(
  profiles: readonly CostedProfile[],
  historyOf: (name: string) => readonly HistoryEntry[],
): Map<string, number> {
  const measured = new Map(profiles.map(({ name }) => [name, measuredMs(historyOf(name))]));
  const shares = profiles.flatMap(({ name, timeoutMs }) => {
    const ms = measured.get(name);
    return ms === undefined ? [] : [ms / timeoutMs];
  });
  const share = median(shares) ?? 1;
  return new Map(
    profiles.map(({ name, timeoutMs, machines }) => [
      name,
      (measured.get(name) ?? timeoutMs * share) * Math.max(1, machines),
    ]),
  );
}

/** A run that failed ended early, or at its deadline: it says nothing of how long one takes. */
function measuredMs(entries: readonly HistoryEntry[]): number | undefined {
  const passed = entries.filter(({ code }) => code === "passed").slice(-LATEST);
  return median(passed.map(({ machineMs }) => machineMs));
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
