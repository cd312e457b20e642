import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { Announce } from "../host/content-cache.ts";
import type { Accelerator } from "./machine-spec.ts";

/** Which accelerator the machines of this host get, and why. */
export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  /** A sentence for the summary. */
  readonly reason: string;
}

const storedSchema = z.object({ key: z.string(), accelerator: z.enum(["kvm", "tcg"]), reason: z.string() });

/**
 * @param key what the choice depends on: the host's boot, QEMU, the kernel
 * @returns what an earlier race found, or undefined if it was found under another key
 */
export async function readChoice(path: string, key: string): Promise<AcceleratorChoice | undefined> {
  try {
    const stored = storedSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return stored.key === key ? { accelerator: stored.accelerator, reason: stored.reason } : undefined;
  } catch {
    // Missing or half a file: the race is run again.
    return undefined;
  }
}

/** Keeps a choice for the next run. If that fails, it is announced and the next run races again; this one goes on. */
export async function rememberChoice(
  path: string,
  key: string,
  choice: AcceleratorChoice,
  announce: Announce,
): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify({ key, ...choice }));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    announce(`accelerator: the result can't be kept, the next run races again (${why})`);
  }
}
