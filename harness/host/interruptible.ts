import { HarnessError } from "./harness-error.ts";

/**
 * Waits for work that can't be aborted, until it is done or somebody wants out. The work itself is left alone: what it started ends
 * with this process.
 *
 * @throws HarnessError `interrupted` when the signal aborts first, or what `work` throws
 */
export async function interruptible<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () =>
      reject(
        new HarnessError("interrupted", `Interrupted by ${String(signal.reason)}.`, "Run it again.", {
          kind: "interrupted",
        }),
      );
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
  // Whichever comes second is nobody's concern any more.
  work.catch(() => undefined);
  aborted.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
