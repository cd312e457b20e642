import { z } from "zod";
import { faultSchema } from "./written-faults.ts";
import { linkEnd } from "./schema-parts.ts";

const link = z.strictObject({
  from: linkEnd,
  to: linkEnd,
  bothWays: z.boolean().default(false).describe("the same faults on the way back, decided on their own"),
  faults: z.array(faultSchema).default([]),
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
    .describe("our switch: VMs, or one VM with a NIC for each namespace, with seeded faults per directed link"),
]);

export type NetworkProfile = z.output<typeof networkSchema>;
