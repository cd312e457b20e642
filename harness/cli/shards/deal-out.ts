/** More jobs than any CI gives one project. */
export const MAX_SHARDS = 64;

/**
 * Deals profiles out to jobs, the dearest first and each to the job that has least: the same for all who know the same costs.
 *
 * @returns of each job its profiles, none empty
 */
export function dealOut(
  profiles: readonly { readonly name: string; readonly cost: number }[],
  shards: number,
): string[][] {
  const jobs = Array.from({ length: Math.min(shards, profiles.length) }, () => ({ cost: 0, names: [] as string[] }));
  const dearest = [...profiles].sort((a, b) => b.cost - a.cost || (a.name < b.name ? -1 : 1));
  for (const { name, cost } of dearest) {
    const [least] = [...jobs].sort((a, b) => a.cost - b.cost || a.names.length - b.names.length);
    least?.names.push(name);
    if (least !== undefined) least.cost += cost;
  }
  return jobs.map(({ names }) => names);
}
