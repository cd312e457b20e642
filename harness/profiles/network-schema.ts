import { z } from "zod";
import { faultSchema } from "./written-faults.ts";
import { duration, linkEnd, networkName, nodeName } from "./schema-parts.ts";

const link = z.strictObject({
  from: linkEnd,
  to: linkEnd,
  bothWays: z.boolean().default(false).describe("the same faults on the way back, decided on their own"),
  faults: z.array(faultSchema).default([]),
});

const dependence = z.enum(["none", "endpoint-independent", "endpoint-dependent"]);

const gateway = z
  .strictObject({
    name: nodeName.default("gw").describe("as links name it; NAME.0 is its leg inside, NAME.1 that outside"),
    inside: networkName,
    outside: networkName,
    mapping: dependence
      .default("none")
      .describe(
        "RFC 4787 4: whether a socket inside has one port outside for all, or one for each whom it talks to; none: no translation",
      ),
    filtering: dependence
      .default("none")
      .describe(
        "RFC 4787 5: who outside may send to a socket inside that has sent: anybody, or whom it sent to; none keeps nobody out",
      ),
    udpTimeout: duration
      .prefault("5m")
      .describe("a mapping that nothing leaves by for so long is gone; RFC 4787 REQ-5 recommends 5m"),
  })
  .describe("one box between two networks: a router; with filtering a firewall; with mapping a NAT");

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
    .strictObject({
      kind: z.literal("fabric"),
      names: z
        .array(networkName)
        .min(1)
        .max(4)
        .optional()
        .describe("of several networks, which a gateway joins; without it there is one"),
      gateway: gateway.optional(),
      link: z.array(link).default([]),
    })
    .describe("our switch: VMs, or one VM with a NIC for each namespace, with seeded faults per directed link"),
]);

export type NetworkProfile = z.output<typeof networkSchema>;
