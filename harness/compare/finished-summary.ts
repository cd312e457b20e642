/** `summary.json` of a finished run, as whoever looks at runs reads it. What an older version left out stays out, or has the default. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { HarnessError } from "../host/harness-error.ts";

export const SUMMARY_FILE = "summary.json";

const optionalNumber = z.number().optional();
const traceSchema = z.object({ process: z.string(), trace: z.array(z.string()) });
const summarySchema = z.object({
  profile: z.string(),
  profilePath: z.string().optional(),
  proves: z.string().default(""),
  seed: z.string(),
  startedAt: z.string().default(""),
  accelerator: z.string().default(""),
  passed: z.boolean(),
  code: z.string(),
  fullCode: z.string().optional(),
  detail: z.string(),
  scale: z.number().default(1),
  cut: z.boolean().default(false),
  /** What it was made of: history.ts. */
  provenance: z.record(z.string(), z.string()).optional(),
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
  markers: z
    .object({ confirmed: z.number(), denied: optionalNumber, guestsWord: z.number(), nothingToJudge: z.number() })
    .optional(),
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
      tail: z.array(z.string()).default([]),
    }),
  ),
  complaints: z.array(z.string()).default([]),
  because: z.string().optional(),
  nearestLine: z.string().optional(),
  crashes: z.array(traceSchema).default([]),
  doing: z.array(traceSchema).default([]),
  silentRules: z.array(z.string()).default([]),
  starvedMs: z.record(z.string(), z.number()).default({}),
  fabric: z.object({ frames: z.number(), dropped: z.record(z.string(), z.number()) }).optional(),
  notes: z.array(z.object({ node: z.string(), code: z.string(), detail: z.string() })).default([]),
  actions: z.array(z.object({ what: z.string(), atMs: z.number() })).default([]),
  timing: z.object({ machineMs: z.number() }).optional(),
});

export type FinishedSummary = z.infer<typeof summarySchema>;
export type FinishedRung = FinishedSummary["rungs"][number];

/** @param summary as it would have been written @returns the same as whoever looks at runs reads it */
export function finishedSummaryOf(summary: object): FinishedSummary {
  return summarySchema.parse(summary);
}

/** @returns undefined: there is none, or it can't be read, as on a disk that was full */
export function readableSummary(folder: string): FinishedSummary | undefined {
  try {
    return readSummary(folder);
  } catch {
    return undefined;
  }
}

/** @throws HarnessError `run-damaged` */
export function readSummary(folder: string): FinishedSummary {
  const path = join(folder, SUMMARY_FILE);
  try {
    return summarySchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new HarnessError("run-damaged", `${path} is no summary of a run`, "run the profile again", { cause });
  }
}
