import { z } from "zod";

const key = z.string().regex(/^[0-9a-f]{64}$/);

/** What the suite's process is told that plays against a machine's daemon. */
export const suitePlanSchema = z.strictObject({
  /** `quick` leaves out what waits for a timer of the protocol. */
  cases: z.enum(["quick", "all"]),
  /** Of Ed25519: devices that the machine's table lists. */
  suiteSeeds: z.array(key).min(1),
  /** Of a device that it doesn't list. */
  strangerSeed: key,
  target: z.strictObject({
    deviceId: key,
    staticKey: key,
    /** Of the host's loopback, UDP and TCP, which leads to where the machine's daemon listens. */
    port: z.int().min(1).max(65_535),
  }),
});

export type SuitePlan = z.output<typeof suitePlanSchema>;
