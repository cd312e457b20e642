import { z } from "zod";
import { clockJump, duration, linkEnd, markerPlace, nodeName } from "./schema-parts.ts";
import { faultSchema } from "./written-faults.ts";

/** When: after a marker or at a time of the run, and a delay behind it. */
const when = {
  after: markerPlace.optional().describe("counts from this rung"),
  at: duration.optional().describe("counts from QEMU's start"),
  delay: duration.optional(),
};
const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,15}$/, "expected a short name such as cut")
  .optional()
  .describe("by which `clear` names it");
const length = duration
  .optional()
  .describe("it ends by itself after so long; without it a later action ends it, or nobody");

/** What is done to a run while it lives. */
export const actionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("kill"), node: nodeName, ...when }).describe("ends a machine without a word"),
  z
    .strictObject({ kind: z.literal("pause"), node: nodeName, length, ...when })
    .describe("the processors of a machine stand still, and its clock with them"),
  z.strictObject({ kind: z.literal("resume"), node: nodeName, ...when }).describe("a paused machine goes on"),
  z
    .strictObject({ kind: z.literal("reset"), node: nodeName, ...when })
    .describe("a machine boots again, whatever it does: its rungs say what its next boot prints"),
  z
    .strictObject({ kind: z.literal("clock"), node: nodeName, by: clockJump, ...when })
    .describe("the clock of a guest jumps: the time of day, not what its timers count"),
  z
    .strictObject({
      kind: z.literal("send"),
      node: nodeName,
      text: z.string().min(1).max(4096),
      enter: z.boolean().default(true),
      ...when,
    })
    .describe("types into a machine's console, and the enter key behind it"),
  z
    .strictObject({
      kind: z.literal("exec"),
      node: nodeName.optional(),
      command: z.array(z.string().min(1)).min(1).max(64),
      ...when,
    })
    .describe(
      "runs a command on the host, in the folder of the run; it must end with status 0 within 30 s, and what it started ends with it. " +
        "With node: in the guest, where its init says at the end what came of it",
    ),
  z
    .strictObject({ kind: z.literal("partition"), id, from: linkEnd, to: linkEnd, length, ...when })
    .describe("no frame passes between the two, either way"),
  z
    .strictObject({
      ...{ kind: z.literal("faults"), id, from: linkEnd, to: linkEnd },
      bothWays: z.boolean().default(false),
      faults: z
        .array(faultSchema)
        .min(1)
        .describe("those of a link that need no marker of their own, delay and rate excepted"),
      ...{ length, ...when },
    })
    .describe("faults of a link from now on"),
  z
    .strictObject({ kind: z.literal("forget"), ...when })
    .describe("the gateway forgets every mapping, as one does whose power fails"),
  z
    .strictObject({ kind: z.literal("clear"), of: z.string().min(1), ...when })
    .describe("ends a partition, or faults that were set"),
]);

export type ProfileAction = z.output<typeof actionSchema>;
