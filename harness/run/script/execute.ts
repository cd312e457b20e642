import { seconds } from "../../host/seconds.ts";
import { SupervisedChild, within } from "../../host/supervised-child.ts";
import { ActionError } from "./action-error.ts";

/** A command that takes longer is ended, and has failed. */
const LIMIT_MS = 30_000;

/**
 * Runs a command of a profile in the folder of its run. What it prints is nobody's, and what it started ends with it.
 *
 * @param over aborted when the run has ended: so has the command then
 * @throws ActionError if it doesn't end with status 0 in time
 */
export async function execute(
  command: readonly string[],
  folder: string,
  over: AbortSignal,
  limitMs: number = LIMIT_MS,
): Promise<void> {
  const child = new SupervisedChild(command, {
    ...{ cwd: folder, env: { UDPSEC_RUN: folder }, stderr: () => undefined },
  });
  const kill = (): void => child.kill("SIGKILL");
  over.addEventListener("abort", kill, { once: true });
  child.closeInput();
  const isTooSlow = !(await within(child.ended, limitMs));
  if (isTooSlow) kill();
  const { exitCode, signal, startError } = await child.ended;
  over.removeEventListener("abort", kill);
  if (isTooSlow) throw new ActionError(`it did not end within ${seconds(limitMs)}`);
  if (startError !== undefined) throw new ActionError(`it can't be started: ${startError.message}`);
  if (exitCode !== 0) throw new ActionError(`it ended with ${signal ?? `status ${exitCode ?? "unknown"}`}`);
}
