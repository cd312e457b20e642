/** A finished run's summary and plan, as far as the report shows them. What an older version left out stays out. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { HarnessError } from "../../host/harness-error.ts";

const optionalNumber = z.number().optional();
const resultSchema = z.object({
  profile: z.string(),
  proves: z.string().default(""),
  seed: z.string(),
  startedAt: z.string().default(""),
  accelerator: z.string().default(""),
  passed: z.boolean(),
  code: z.string(),
  fullCode: z.string().optional(),
  detail: z.string(),
  again: z.string().default(""),
  failures: z
    .array(
      z.object({
        code: z.string(),
        rule: z.string().optional(),
        node: z.string().optional(),
        marker: z.string().optional(),
        detail: z.string().default(""),
        atMs: optionalNumber,
      }),
    )
    .default([]),
  markers: z.object({ confirmed: z.number(), guestsWord: z.number(), nothingToJudge: z.number() }).optional(),
  rungs: z.array(
    z.object({
      node: z.string(),
      marker: z.string(),
      text: z.string(),
      fields: z.record(z.string(), z.string()).default({}),
      count: z.number().default(1),
      seen: optionalNumber,
      reachedMs: optionalNumber,
      tookMs: optionalNumber,
      budgetMs: optionalNumber,
      standing: z.string().default(""),
      proves: z.string().default(""),
    }),
  ),
  evidence: z
    .array(
      z.object({
        rule: z.string(),
        marker: z.string().optional(),
        node: z.string().optional(),
        saw: z.string(),
        verdict: z.string(),
        isConsulted: z.boolean().optional(),
      }),
    )
    .default([]),
  nodes: z.array(
    z.object({
      name: z.string(),
      guest: z.string().default(""),
      exit: z.string().default(""),
      exitDetail: z.string().optional(),
      bootMs: optionalNumber,
    }),
  ),
  complaints: z.array(z.string()).default([]),
  crashes: z.array(z.object({ process: z.string(), trace: z.array(z.string()) })).default([]),
  notes: z.array(z.object({ node: z.string(), code: z.string(), detail: z.string() })).default([]),
  actions: z.array(z.object({ what: z.string(), atMs: z.number() })).default([]),
  timing: z.object({ machineMs: z.number() }).optional(),
});

export type ReadResult = z.infer<typeof resultSchema>;

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

/** @throws HarnessError `run-damaged` */
export function readResult(folder: string): ReadResult {
  const path = join(folder, "summary.json");
  try {
    return resultSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new HarnessError("run-damaged", `${path} is no summary of a run`, "run the profile again", { cause });
  }
}

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
