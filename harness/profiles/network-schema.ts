import { z } from "zod";
import { duration, markerPlace, nodeName } from "./schema-parts.ts";

const probability = z.number().min(0).max(1);
const bytes = z.int().min(1);

/** Which frames a fault is about; without it: all. */
const match = z
  .strictObject({
    protocol: z.enum(["udp", "tcp", "arp", "icmp", "other"]).optional(),
    port: z.int().min(1).max(65_535).optional().describe("either port of UDP or TCP"),
    minBytes: bytes.optional().describe("whole frame"),
    maxBytes: bytes.optional().describe("whole frame"),
    packetType: z
      .enum(["msg1", "msg2", "msg3", "retry", "data", "ack", "ping", "close"])
      .optional()
      .describe("type of the UDP-sec packet"),
  })
  .describe("which frames; without it all");

const trigger = markerPlace
  .extend({ delay: duration.optional() })
  .describe("counts from a marker instead of the start");

// Delay and rate are of the whole directed link: they take no `match`.
const fault = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("drop"),
    probability: probability.optional(),
    burst: z.int().min(1).max(1000).optional().describe("frames lost in a row, once it happens"),
    nth: z.array(z.int().min(0)).optional().describe("indexes in the flow, from 0"),
    match: match.optional(),
  }),
  z.strictObject({ kind: z.literal("duplicate"), probability, match: match.optional() }),
  z.strictObject({ kind: z.literal("reorder"), probability, delay: duration, match: match.optional() }),
  z.strictObject({ kind: z.literal("corrupt"), probability, match: match.optional() }),
  z.strictObject({ kind: z.literal("delay"), delay: duration, jitter: duration.optional() }),
  z.strictObject({ kind: z.literal("rate"), mbps: z.number().positive(), queueBytes: bytes }),
  z.strictObject({ kind: z.literal("size-limit"), maxBytes: bytes.describe("whole frame"), match: match.optional() }),
  z.strictObject({
    kind: z.literal("blackhole"),
    after: trigger.optional(),
    start: duration.optional(),
    length: duration,
    match: match.optional(),
  }),
]);

const link = z.strictObject({
  from: nodeName,
  to: nodeName,
  bothWays: z.boolean().default(false).describe("the same faults on the way back, decided on their own"),
  faults: z.array(fault).default([]),
});

/** How the machines are connected. */
export const networkSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }).describe("no NIC at all"),
  z
    .strictObject({ kind: z.literal("hub") })
    .describe("one VM, two NICs on QEMU's hub, the second in a namespace of its own"),
  z
    .strictObject({ kind: z.literal("user") })
    .describe("one VM behind QEMU's user networking, a peer process on the host"),
  z.strictObject({ kind: z.literal("vm-to-vm") }).describe("two VMs, QEMU's own networking, no switch of ours"),
  z
    .strictObject({ kind: z.literal("fabric"), link: z.array(link).default([]) })
    .describe("VMs on our switch, with seeded faults per directed link"),
]);

export type NetworkProfile = z.output<typeof networkSchema>;
