import { z } from "zod";
import { userPattern } from "../console/user-pattern.ts";
import { ARCHITECTURE_NAMES } from "../guests/architecture.ts";
import { CAPABILITIES } from "../guests/capability.ts";
import { type GuestTable, MAIN_CONSOLE } from "../guests/guest-table.ts";
import { environmentSchema } from "./environment-schema.ts";
import { duration } from "./schema-parts.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const MAX_DISK_BYTES = 64 * GIB;
/** Lines of QEMU's command that only one thing may be said by. */
const word = z.string().min(1).max(1000);
export const guestName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,31}$/, "expected a name of letters, digits and dashes");
const path = word.describe("from the folder of this file, or debian:PACKAGE/PATH for a file of a Debian package");

export const regularExpression = z.string().min(1).max(500).refine(compiles, "expected a regular expression");

function compiles(text: string): boolean {
  try {
    userPattern(text);
    return true;
  } catch {
    return false;
  }
}

const size = z
  .string()
  .regex(/^[1-9]\d{0,5}[KMG]$/, "expected a size such as 64M")
  .transform(bytesOf)
  .refine((bytes) => bytes <= MAX_DISK_BYTES, "expected at most 64G");

function bytesOf(text: string): number {
  const unit = { K: 1024, M: MIB, G: GIB }[text.slice(-1)] ?? 1;
  return Number(text.slice(0, -1)) * unit;
}

const consoleSchema = z.strictObject({
  port: z
    .enum(["serial", "virtio"])
    .default("serial")
    .describe("serial ports in the order in which they are written; virt has one alone, for main"),
  encoding: z.enum(["utf-8", "latin1"]).default("utf-8").describe("of main: bytes that are none show as U+FFFD"),
  maxMib: z.int().min(1).max(256).default(16).describe("more ends the run as flooded"),
});

const diskSchema = z
  .strictObject({
    create: size.optional().describe("an empty one of this size"),
    image: path.optional().describe("each machine writes to a copy of its own"),
    format: z.enum(["raw", "qcow2"]).default("raw").describe("of the image; an empty disk is raw"),
    device: word.optional().describe("model; without it virtio's block device of the architecture"),
    keep: z
      .enum(["boot", "run"])
      .default("run")
      .describe("how long it keeps what is written; only `run` goes with onReset = boot"),
  })
  .refine(({ create, image }) => (create === undefined) !== (image === undefined), "say either create or image");

const channelSchema = z.strictObject({
  keyLog: z.strictObject({ console: guestName }).optional().describe("secrets of sessions, as lines of a console"),
  events: z
    .strictObject({ port: z.literal("virtio") })
    .optional()
    .describe("the event port org.udpsec.events"),
  initReport: z
    .strictObject({ port: z.literal("virtio") })
    .optional()
    .describe("the report of an init like ours, on the port org.udpsec.init"),
});

/** A guest as data. */
export const guestSchema = z.strictObject({
  arch: z.enum(ARCHITECTURE_NAMES).describe("picks qemu-system-*, machine, processor and devices"),
  machine: word.optional().describe("QEMU's -M; without it virt, q35 for x86_64"),
  cpu: word.optional().describe("QEMU's -cpu"),
  memoryMib: z.int().min(1).max(4096).default(128),
  smp: z.int().min(1).max(8).default(1).describe("processors; with more than one, lines of a console may mix"),
  icount: word.optional().describe("QEMU's -icount; does not go with KVM"),
  globals: z.array(word).max(64).default([]).describe("QEMU's -global"),
  prepare: z.array(word).min(1).max(64).optional().describe("a command, run once before the first machine starts"),
  firmware: z
    .union([word, z.strictObject({ code: path, vars: path })])
    .default("default")
    .describe("default: QEMU's own; none; a path; or code and variables, which each machine gets a copy of"),
  kernel: path.optional(),
  initrd: path.optional(),
  append: z.string().max(4000).optional().describe("the kernel's command line"),
  dtb: path.optional(),
  nic: word.optional().describe("model of each NIC"),
  rng: word.optional().describe("model of a hardware source of entropy; without it there is none"),
  devices: z
    .array(word)
    .max(64)
    .default([])
    .describe("in the order in which the guest finds them: models, and @nic, @rng, @disk.NAME, @disk.seed"),
  fwCfg: z.record(word, z.string().max(MIB)).default({}).describe("files of fw_cfg: contents by name"),
  ends: z.enum(["power-off", "last-marker", "none"]).default("power-off").describe("how it comes to its end"),
  quiet: duration
    .optional()
    .describe("after the last marker, where it doesn't power itself off: what is forbidden still counts"),
  onReset: z
    .enum(["fail", "boot"])
    .default("fail")
    .describe("boot: the machine boots again, and the rungs of its next boot are waited for"),
  bootSign: regularExpression
    .optional()
    .describe(
      "how the first line begins that is its own: budgets count from there, without it from its first marker; KVM is tried by it",
    ),
  prefixes: z
    .array(word)
    .max(64)
    .optional()
    .describe("how lines begin that claim to be markers: one that isn't listed fails the run"),
  forbidden: z.array(regularExpression).max(64).default([]).describe("how no line may begin"),
  console: z.record(guestName, consoleSchema).default({}).describe(`beside ${MAIN_CONSOLE}, which is always there`),
  disk: z.record(guestName, diskSchema).default({}),
  channel: channelSchema.default({}).describe("where evidence comes out of it"),
  capabilities: z
    .array(z.enum(CAPABILITIES))
    .default([])
    .describe(
      "power-off: it ends in order when its power button is pressed. What an init like ours does: counters, set-clock, exec, stacks (they " +
        "need channel.initReport), shell and static-network",
    ),
  extraArgs: z.array(word).max(64).default([]).describe("last resort: words of QEMU's command; shown in the summary"),
  env: environmentSchema.default({}),
  seed: z
    .strictObject({ userData: path, metaData: path.optional(), networkConfig: path.optional() })
    .optional()
    .describe("for cloud-init: a small disk called CIDATA"),
});

/** A table as the harness's guests want it: their interface and the schema are the same, or this does not compile. */
export function guestTableOf(read: z.output<typeof guestSchema>): GuestTable {
  return read;
}
