import { z } from "zod";

const key = z.string().regex(/^[0-9a-f]{64}$/);

/** What the peer's process is told; the guest is told nothing of it. */
export const liarPlanSchema = z.strictObject({
  /** Of the run: which lies are told, and in which order. */
  seed: z.string(),
  /** Beside one that shows each check of identity. */
  lies: z.union([z.int().min(1), z.literal("all")]),
  /** Over which it dials, is dialled, and lies. */
  over: z.enum(["udp", "tcp"]),
  /** Of Ed25519. */
  identitySeed: key,
  /** Of a device that the guest's table doesn't list. */
  strangerSeed: key,
  guest: z.strictObject({
    deviceId: key,
    staticKey: key,
    /** Of the host's loopback, UDP and TCP, which leads to where the guest's daemon listens. */
    port: z.int().min(1).max(65_535),
  }),
});

export type LiarPlan = z.output<typeof liarPlanSchema>;

/** Event of the peer's process: `{lie, port}`, before anything leaves that port; `lie` is null while it tells the truth. */
export const LIE_TOLD = "lie-told";
