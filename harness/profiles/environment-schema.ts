import { z } from "zod";

/** Keys of a guest's table that an environment may set, and files of fw_cfg. */
export const SETTABLE = ["smp", "memoryMib", "icount", "machine", "cpu", "append"] as const;

export const FW_CFG = "fwCfg.";

const key = z
  .string()
  .refine((text) => isSettable(text), `expected one of ${SETTABLE.join(", ")}, or ${FW_CFG}NAME`)
  .describe("a key of this table, or fwCfg.NAME");

function isSettable(text: string): boolean {
  return SETTABLE.some((one) => one === text) || (text.startsWith(FW_CFG) && text.length > FW_CFG.length);
}

/** `[guest.NAME.env]`: what the environment means that the manifest's profiles are written for. */
export const environmentSchema = z
  .record(z.string().min(1), z.union([key, z.record(z.string(), z.record(key, z.string())), z.literal(false)]))
  .describe("what the manifest's env means here: a key that gets the value, keys by value, or false: nothing");

export type GuestEnvironment = z.output<typeof environmentSchema>;
