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
        accepts: z.array(hexKey).optional(),
      }),
    )
    .max(4_096)
    .optional(),
  taps: z.array(z.string()).max(4_096).default([]),
  stream: z.enum(["mux", "bytes"]).default("mux"),
  congestion: z.enum(["new-reno", "any"]).default("any"),
  clockSlackMs: z.number().min(0).max(10_000).default(50),
});

export interface JudgePlan {
  readonly devices: readonly PlannedDevice[] | undefined;
  readonly taps: readonly string[];
  readonly following: FollowingPlan;
}

/** @param path undefined: no plan @throws HarnessError `plan-malformed` */
export function readJudgePlan(path: string | undefined): JudgePlan {
  const parsed = planSchema.safeParse(path === undefined ? {} : readJson(path));
  if (!parsed.success) throw malformed(path ?? "", z.prettifyError(parsed.error).replaceAll("\n", " "));
  const { devices, taps, stream, congestion, clockSlackMs } = parsed.data;
  return {
    devices: devices?.map(({ accepts, ...device }) => (accepts === undefined ? device : { ...device, accepts })),
    taps,
    following: { above: stream, congestion, clockSlackUs: clockSlackMs * 1_000 },
  };
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
