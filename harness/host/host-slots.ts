import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryFileLock, type HeldLock } from "./file-lock.ts";
import { HarnessError } from "./harness-error.ts";
import { SetupError } from "./setup-error.ts";

/** Processes that wait look again so often. */
const LOOK_MS = 250;

export interface SlotRequest {
  /** More than there are counts as all there are. */
  readonly wanted: number;
  /** Of the host. */
  readonly total: number;
  /** Told once, if there is something to wait for. */
  readonly announce: (line: string) => void;
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
  { wanted, total, announce, signal }: SlotRequest,
): Promise<() => Promise<void>> {
  const held = new Map<string, HeldLock>();
  const leave = async (): Promise<void> => {
    const locks = [...held.values()];
    held.clear();
    await Promise.all(locks.map((lock) => lock.release()));
  };
  if (wanted === 0) return leave;
  await makeFolder(folder);
  let isToldOf = false;
  const onWait = (): void => {
    if (isToldOf) return;
    isToldOf = true;
    announce(`waits for ${wanted} of the host's ${total} places for machines: others run, or wait before it`);
  };
  const turn = await waitFor(() => tryFileLock(join(folder, "turn")), onWait, signal);
  try {
    const names = Array.from({ length: total }, (_, at) => join(folder, `slot-${at + 1}`));
    await waitFor(
      async () => {
        for (const name of names) {
          if (held.size >= Math.min(wanted, total)) return true;
          const lock = held.has(name) ? undefined : await tryFileLock(name);
          if (lock !== undefined) held.set(name, lock);
        }
        return held.size >= Math.min(wanted, total) ? true : undefined;
      },
      onWait,
      signal,
    );
    return leave;
  } catch (error) {
    await leave();
    throw error;
  } finally {
    await turn.release();
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = "The folder must be writable; UDPSEC_CACHE names another one.";
    throw new SetupError("cache-unusable", `The folder ${folder} can't be made: ${why}`, hint, { cause: error });
  }
}

async function waitFor<T>(attempt: () => Promise<T | undefined>, onWait: () => void, signal: AbortSignal): Promise<T> {
  for (;;) {
    const got = await attempt();
    if (got !== undefined) return got;
    if (signal.aborted)
      throw new HarnessError("interrupted", "Interrupted while the host's machines were in use.", "Run it again.", {
        kind: "interrupted",
      });
    onWait();
    await sleep(LOOK_MS);
  }
}
