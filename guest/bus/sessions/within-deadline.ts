import type { Clock } from "../../runtime/runtime.ts";
import { BusError } from "./bus-error.ts";

/**
 * Waits for `work`, at most for `durationMs`.
 * @param what for the error: what did not come about
 * @throws BusError BUS_TIMEOUT if it isn't done by then; whatever it brings later is ignored
 */
export async function withinDeadline<T>(clock: Clock, durationMs: number, what: string, work: Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => {
    const timer = clock.setTimer(clock.nowMs() + durationMs, () => {
      reject(new BusError("BUS_TIMEOUT", `${what} within ${durationMs} ms`));
    });
    work.finally(() => timer.cancel()).then(resolve, reject);
  });
}
