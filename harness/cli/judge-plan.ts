/** What a judge of captures may be told beside secrets: who is who, and what was agreed outside of the protocol. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { PlannedDevice } from "../observer/handshakes/handshake-context.ts";
import type { FollowingPlan } from "../observer/judging/session-followers.ts";
import { HarnessError } from "../host/harness-error.ts";

const hexKey = z.string().regex(/^[0-9a-f]{64}$/, "64 lowercase hex digits");

const planSchema = z.strictObject({
  devices: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        deviceId: hexKey,
        staticKey: hexKey,
        /** Device ids that it lets in. */
        accepts: z.union([z.array(hexKey), z.literal("anyone")]).optional(),
      }),
    )
    .max(4_096)
    .optional(),
  taps: z.array(z.string()).max(4_096).default([]),
  stream: z.enum(["mux", "bytes"]).default("mux"),
  congestion: z.enum(["new-reno", "any"]).default("any"),
  clockSlackMs: z.number().min(0).max(10_000).default(50),
  lagMs: z.number().min(0).max(3_600_000).default(10_000),
});

/** As a run leaves it in its folder: it doesn't say whom a daemon lets in. */
const runPlanSchema = z.looseObject({
  version: z.literal(1),
  nodes: z.array(
    z.looseObject({
      processes: z.array(z.looseObject({ name: z.string(), deviceId: hexKey, staticKey: hexKey })).max(4_096),
    }),
  ),
});

export interface JudgePlan {
  readonly devices: readonly PlannedDevice[] | undefined;
  readonly taps: readonly string[];
  readonly following: FollowingPlan;
}

/** @param path undefined: no plan @throws HarnessError `plan-malformed` */
export function readJudgePlan(path: string | undefined): JudgePlan {
  const content = path === undefined ? {} : readJson(path);
  const parsed = planSchema.safeParse(planOfRun(content) ?? content);
  if (!parsed.success) throw malformed(path ?? "", z.prettifyError(parsed.error).replaceAll("\n", " "));
  const { devices, taps, stream, congestion, clockSlackMs, lagMs } = parsed.data;
  return {
    devices: devices?.map(({ accepts, ...device }) => (accepts === undefined ? device : { ...device, accepts })),
    taps,
    following: { above: stream, congestion, clockSlackUs: clockSlackMs * 1_000, lagUs: lagMs * 1_000 },
  };
}

/** @returns undefined: it is no plan of a run */
function planOfRun(content: unknown): object | undefined {
  const parsed = runPlanSchema.safeParse(content);
  if (!parsed.success) return undefined;
  const processes = parsed.data.nodes.flatMap((node) => node.processes);
  const devices = processes.map(({ name, deviceId, staticKey }) => ({ name, deviceId, staticKey, accepts: "anyone" }));
  return { devices };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw malformed(path, cause instanceof Error ? cause.message : String(cause));
  }
}

function malformed(path: string, problem: string): HarnessError {
  return new HarnessError("plan-malformed", `${path}: ${problem}`, "docs/judging.md shows a plan");
}
