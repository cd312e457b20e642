/** A finished run's plan, as far as the report shows it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const planSchema = z.object({
  networks: z.array(z.object({ kind: z.string() })).default([]),
  nodes: z.array(
    z.object({
      name: z.string(),
      guest: z.string().default(""),
      macs: z.array(z.string()).default([]),
      processes: z.array(z.object({ host: z.string().optional() })).default([]),
    }),
  ),
});

export type ReadPlan = z.infer<typeof planSchema>;

/** @returns undefined if the run left none that can be read: then nobody says whose address is whose */
export function readPlan(folder: string): ReadPlan | undefined {
  const path = join(folder, "plan.json");
  if (!existsSync(path)) return undefined;
  try {
    return planSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** @returns addresses of the machines that captured */
export function capturingHosts(plan: ReadPlan | undefined): Set<string> {
  return new Set(plan?.nodes.flatMap(({ processes }) => processes.flatMap(({ host }) => host ?? [])));
}
