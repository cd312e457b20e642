/** What the main schema of qlog (draft-ietf-quic-qlog-main-schema) requires of a file in JSON, written from its text. */
import { z } from "zod";

const absoluteUri = z.string().regex(/^[a-z][a-z0-9+.-]*:\S+$/);
const dateTime = z.iso.datetime({ offset: true });
const side = z.enum(["client", "server", "network", "unknown"]);

const referenceTime = z
  .strictObject({
    clock_type: z.enum(["system", "monotonic"]),
    epoch: z.union([dateTime, z.literal("unknown")]),
    wall_clock_time: dateTime.optional(),
  })
  .refine(
    ({ clock_type: clock, epoch }) => clock === "system" || epoch === "unknown",
    "a monotonic clock has no epoch",
  );

const event = z.strictObject({
  time: z.number(),
  name: z.string().regex(/^[a-z-]+:[a-z_]+$/),
  data: z.record(z.string(), z.unknown()),
  group_id: z.string().optional(),
});

const trace = z.strictObject({
  title: z.string().optional(),
  description: z.string().optional(),
  common_fields: z.strictObject({
    time_format: z.enum(["relative_to_epoch", "relative_to_previous_event"]),
    reference_time: referenceTime,
  }),
  vantage_point: z
    .strictObject({ name: z.string().optional(), type: side, flow: side.optional() })
    .refine(({ type, flow }) => (type === "network") === (flow !== undefined), "a network has a flow, no other does"),
  event_schemas: z.array(absoluteUri).min(1),
  events: z.array(event),
});

const file = z.object({
  file_schema: z.literal("urn:ietf:params:qlog:file:contained"),
  serialization_format: z.literal("application/qlog+json"),
  title: z.string().optional(),
  traces: z.array(trace).min(1),
});

export type CheckedQlog = z.infer<typeof file>;

/** @throws what the file lacks, or has too much */
export function checkedQlog(text: string): CheckedQlog {
  const head = text.slice(0, 256);
  if (!head.includes('"file_schema"') || !head.includes('"serialization_format"'))
    throw new Error("a reader can't tell the format from the first 256 bytes");
  return file.parse(JSON.parse(text));
}
