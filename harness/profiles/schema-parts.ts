import { z } from "zod";
import { MIN_CLOCK_JUMP_MS } from "../guests/control-line.ts";
import { DURATION_PATTERN, parseDurationMs } from "./duration.ts";

/** Written `20s`, `500ms`, `3m`; read as milliseconds. */
export const duration = z
  .string()
  .regex(DURATION_PATTERN, { message: "expected a duration such as 20s, 500ms or 3m", abort: true })
  .refine((text) => parseDurationMs(text) !== undefined, "expected a duration from 1ms to 24d")
  .transform((text) => parseDurationMs(text) ?? 0);

export const nodeName = z.string().regex(/^[a-z][a-z0-9]{0,7}$/, "expected a short lowercase name such as a");

export const networkName = z.string().regex(/^[a-z][a-z0-9-]{0,15}$/, "expected a short lowercase name such as home");

export const linkEnd = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,7}(\.[01])?$/, "expected a node such as a, or one of its NICs such as a.1")
  .describe("a node, or one of its NICs: a.0 is eth0, of namespace root, a.1 is eth1, of namespace second");

export const markerId = z.string().min(1).describe("id in fixtures/markers.toml, or of a [[marker]] of this profile");

export const boot = z.int().min(1).max(8).optional().describe("of a machine that is reset: without it the first");

export const markerPlace = z.strictObject({ node: nodeName, marker: markerId, boot });

/** How far a clock jumps: whole seconds, forwards or backwards. */
export const clockJump = z
  .string()
  .regex(/^[+-]\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h|d)$/, "expected a sign and a duration, such as +1h or -30s")
  .transform((text) => (parseDurationMs(text.slice(1)) ?? 0) * (text.startsWith("-") ? -1 : 1))
  .refine((ms) => Math.abs(ms) >= MIN_CLOCK_JUMP_MS && ms % 1_000 === 0, "expected whole seconds, from 10s to 24d");
