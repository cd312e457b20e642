import { passed, unexpected } from "../../peer/transport/changes.ts";
import { letsIn } from "../run/look-around.ts";
import type { Lane } from "../stage/ground.ts";

/** From the suite's start to the machine's daemon: a machine boots in between. The run has its own bound. */
const BOOT_MS = 600_000;
const ATTEMPT_MS = 5_000;
const PAUSE_MS = 500;

/** @throws PeerError if nobody ever lets it in */
export async function awaitTarget(lane: Lane, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + BOOT_MS;
  while (!signal.aborted) {
    if ((await letsIn(lane, { missing: {}, services: new Set() }, ATTEMPT_MS)) !== undefined) return;
    if (performance.now() > untilMs) throw unexpected("the machine's daemon lets nobody in");
    await passed(PAUSE_MS);
  }
}
