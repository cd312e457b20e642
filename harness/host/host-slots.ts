import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryFileLock, type HeldLock } from "./file-lock.ts";
import { HarnessError } from "./harness-error.ts";

/** Processes that wait look again so often. */
const LOOK_MS = 250;

export interface SlotRequest {
  /** More than there are counts as all there are. */
  readonly wanted: number;
  /** Of the host. */
  readonly total: number;
  /** Gives up the wait. */
  readonly signal: AbortSignal;
}

/**
 * Waits for places of the host, which all processes share: each is a lock of the kernel's, so a killed holder leaves none taken. One
 * process at a time gathers its places, so no two wait for each other's.
 *
 * @param folder of the locks @returns what gives the places back
 * @throws HarnessError `interrupted`; SetupError `cache-unusable`, `tool-missing`
 */
export async function takeHostSlots(
  folder: string,
  { wanted, total, signal }: SlotRequest,
): Promise<() => Promise<void>> {
  const held = new Map<string, HeldLock>();
  const leave = async (): Promise<void> => {
    const locks = [...held.values()];
    held.clear();
    await Promise.all(locks.map((lock) => lock.release()));
  };
  if (wanted === 0) return leave;
  await mkdir(folder, { recursive: true });
  const turn = await waitFor(() => tryFileLock(join(folder, "turn")), signal);
  try {
    const names = Array.from({ length: total }, (_, at) => join(folder, `slot-${at + 1}`));
    await waitFor(async () => {
      for (const name of names) {
        if (held.size >= Math.min(wanted, total)) return true;
        const lock = held.has(name) ? undefined : await tryFileLock(name);
        if (lock !== undefined) held.set(name, lock);
      }
      return held.size >= Math.min(wanted, total) ? true : undefined;
    }, signal);
    return leave;
  } catch (error) {
    await leave();
    throw error;
  } finally {
    await turn.release();
  }
}

async function waitFor<T>(attempt: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
  for (;;) {
    const got = await attempt();
    if (got !== undefined) return got;
    if (signal.aborted)
      throw new HarnessError("interrupted", "Interrupted while the host's machines were in use.", "Run it again.", {
        kind: "interrupted",
      });
    await sleep(LOOK_MS);
  }
}
