import { z } from "zod";
import { PROBE_DEFAULTS, PROBE_NAMES } from "../../contract/configuration.ts";
import { DEFAULT_GUEST_KIND, GUEST_KIND_NAMES, type GuestRef } from "../guests/registry.ts";
import { markerEntrySchema } from "../markers/manifest.ts";
import { guestName, guestSchema, regularExpression } from "./guest-schema.ts";
import { matrixSchema } from "./matrix/written-matrix.ts";
import { actionSchema } from "./action-schema.ts";
import { nodeManifestSchema } from "./manifest-schema.ts";
import { networkSchema } from "./network-schema.ts";
import { boot, duration, markerId, markerPlace, networkName, nodeName } from "./schema-parts.ts";

const mode = z
  .enum(["auto", "udp-sec", "tcp"])
  .describe("dsoftbus-transport.md#11-selection-policy; profiles that aren't about fallback say udp-sec");
const namespace = z
  .enum(["root", "second"])
  .describe("network namespace of the guest; eth0 is in root, eth1 in second");
const entropyPolicy = z.enum(["hardware", "kernel"]).default("hardware");
const probe = z.enum(PROBE_NAMES);

const daemonSchema = z.strictObject({
  kind: z.literal("dsoftbusd"),
  namespace: namespace.default("root"),
  mode,
  udpSecEnabled: z.boolean().default(true),
  entropyPolicy,
  allowUnknownPeers: z.boolean().default(false),
  dials: z.array(nodeName).default([]).describe("nodes whose daemon this one keeps a session to"),
});

const selftestSchema = z.strictObject({
  kind: z.literal("selftest"),
  namespace: namespace.default("second"),
  mode,
  udpSecEnabled: z.boolean().default(true),
  entropyPolicy,
  target: nodeName.describe("node whose daemon is probed"),
  probes: z.array(probe).min(1).describe("one after the other"),
});

const typingSchema = z.strictObject({
  prompt: regularExpression.describe("what the unfinished line ends with when the guest waits for it"),
  text: z.string().max(1000),
  enter: z.boolean().default(true).describe("return behind it"),
  after: markerPlace.optional().describe("not before this rung was reached"),
});

const rungSchema = z.strictObject({
  marker: markerId,
  budget: duration.describe("from the rung before, or from the boot, before the scale of the boot is applied"),
  count: z.int().min(1).max(100).default(1).describe("how often it is printed"),
  boot: boot.describe("which boot of the machine prints it: the first, unless the machine is reset"),
  console: guestName.optional().describe("the console that shows it: one of the guest's table, main without it"),
  send: z
    .array(typingSchema)
    .max(32)
    .default([])
    .describe("typed on the console while this rung is waited for, line by line, each at its prompt"),
});

const nodeSchema = z.strictObject({
  name: nodeName,
  guest: z
    .string()
    .min(1)
    .default(DEFAULT_GUEST_KIND)
    .describe(
      `${GUEST_KIND_NAMES.join(", ")}, the name of a [guest.NAME] of this profile, or a file with such a table: ./NAME.toml ` +
        "(host: the agent as a process on the host; peer: the harness's own peer, which lies; " +
        "conform: the suite for every implementation, which the machine's daemon is tried by)",
    ),
  memoryMib: z.int().min(64).max(4096).optional().describe("replaces the guest kind's own"),
  rng: z.boolean().default(true).describe("a virtio-rng device"),
  lies: z
    .union([z.int().min(1).max(32), z.literal("all")])
    .optional()
    .describe("how many the peer tells, by the run's seed, after an honest session; guest peer alone"),
  cases: z
    .enum(["quick", "all"])
    .optional()
    .describe("of the suite; quick: without those that wait for a timer of the protocol; guest conform alone"),
  keyLog: z.boolean().optional().describe("replaces the profile's for this node"),
  networks: z
    .array(networkName)
    .min(1)
    .max(2)
    .optional()
    .describe("of eth0 and eth1, where network.names has several; without it all are in the first"),
  mtu: z.int().min(576).max(9000).optional(),
  advmss: z.int().min(88).max(8960).optional().describe("of the route: for paths that drop large frames"),
  ladder: z
    .enum(["strict", "phases", "any"])
    .optional()
    .describe(
      "strict: in this order; any: sessions interleave, only presence and count matter; phases: so within a phase of the manifest. " +
        "Without it phases where there is a manifest, else strict",
    ),
  manifest: nodeManifestSchema.optional(),
  process: z.array(z.discriminatedUnion("kind", [daemonSchema, selftestSchema])).default([]),
  rung: z.array(rungSchema).default([]).describe("the markers that this node must print, in this order"),
  allowed: z.array(markerId).default([]).describe("markers that may appear as well"),
});

/** A profile file: what to boot and what to expect. */
export const profileSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/),
  proves: z.string().min(10).describe("one sentence for `udpsec list`"),
  timeout: duration.describe(
    "deadline from QEMU's start, on a slow machine as much later as its boot was slow; RUN_TIMEOUT and --timeout replace it, to the second",
  ),
  worlds: z
    .array(z.enum(["qemu", "sim"]))
    .min(1)
    .default(["qemu"]),
  keyLog: z.boolean().default(true).describe("secrets of sessions go to the event port so that captures can be opened"),
  qlog: z
    .boolean()
    .optional()
    .describe(
      "our agents tell the event port what their endpoints do, for udpsec qlog; it slows them (default: false)",
    ),
  linger: duration
    .optional()
    .describe("how long daemons go on after the last self-test; without it 5s where there are peers on other machines"),
  network: networkSchema,
  workload: z
    .strictObject({
      bulkBytes: z.int().min(1).max(67_108_864).default(PROBE_DEFAULTS.bytes).describe("each way"),
      messages: z.int().min(1).max(100_000).default(PROBE_DEFAULTS.messages).describe("of the control probe"),
    })
    .default({ bulkBytes: PROBE_DEFAULTS.bytes, messages: PROBE_DEFAULTS.messages }),
  matrix: matrixSchema.optional(),
  marker: z.array(markerEntrySchema).default([]).describe("markers of a foreign guest"),
  guest: z.record(guestName, guestSchema).default({}).describe("guests as data, by name"),
  node: z.array(nodeSchema).min(1).max(8),
  order: z
    .array(z.strictObject({ before: markerPlace, after: markerPlace }))
    .default([])
    .describe("order between machines"),
  forbidden: z.array(markerId).default([]).describe("said aloud; markers on no ladder are forbidden anyway"),
  action: z.array(actionSchema).default([]),
  evidence: z.array(z.string().min(1)).min(1).describe("rules that must be confirmed, besides those of the markers"),
});

/** As its file says it: guests by name. */
export type ProfileAsWritten = z.output<typeof profileSchema>;
type WrittenNode = ProfileAsWritten["node"][number];

export type ProfileNode = Omit<WrittenNode, "guest"> & { readonly guest: GuestRef };
export type Profile = Omit<ProfileAsWritten, "guest" | "node"> & { readonly node: readonly ProfileNode[] };
export type ProfileProcess = ProfileNode["process"][number];
