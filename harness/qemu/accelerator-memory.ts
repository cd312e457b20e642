/** What a race of accelerators found, kept until the host boots again. */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import type { Announce } from "../host/content-cache.ts";
import type { AcceleratorChoice } from "./accelerator.ts";

const storedSchema = z.object({ key: z.string(), accelerator: z.enum(["kvm", "tcg"]), reason: z.string() });

/** @returns what an earlier race found, if the key is still the same */
export async function readChoice(path: string, key: string): Promise<AcceleratorChoice | undefined> {
  try {
    const stored = storedSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return stored.key === key ? { accelerator: stored.accelerator, reason: stored.reason } : undefined;
  } catch {
    // Missing or half a file: the race is run again.
    return undefined;
  }
}

/** A cache that can't be written costs the next command its race, not this one its run. */
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
