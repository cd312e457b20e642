/** Statistics of the core as plain values for events and the status service: what is no JSON is left out. */
export function plainStats(stats: unknown): Readonly<Record<string, unknown>> {
  if (typeof stats !== "object" || stats === null) return {};
  return { ...stats };
}
