/** What the files of a proof manifest hold, schema version 2: closed tables, as the format says. */
import { z } from "zod";

/** A clause names one profile of the harness, exactly: what extends it is another one. */
const gate = z.strictObject({ profile: z.string().min(1) });

/** `[marker."TEXT"]` */
export const writtenMarker = z.strictObject({
  phase: z.string().min(1),
  proves: z.string().optional(),
  introduced_in: z.string().optional(),
  emit_when: gate.optional(),
  emit_when_not: gate.optional(),
  forbidden_when: gate.optional(),
});

/** `[phase.NAME]` */
export const writtenPhase = z.strictObject({ order: z.int().min(1).max(255) });

/** `[profile.NAME]` */
export const writtenProfile = z.strictObject({
  runner: z.string().optional(),
  extends: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  runtime_only: z.boolean().default(false),
  phases: z.array(z.string()).default([]),
});

/** The file that a profile names. */
export const rootFile = z.strictObject({
  meta: z.strictObject({ schema_version: z.literal("2"), default_profile: z.string().min(1) }),
  include: z.strictObject({
    phases: z.string().min(1),
    markers: z.string().min(1),
    profiles: z.string().min(1),
  }),
});

export type WrittenMarker = z.output<typeof writtenMarker>;
export type WrittenPhase = z.output<typeof writtenPhase>;
export type WrittenProfile = z.output<typeof writtenProfile>;
