/** A stage as a process of its own: it is made of the sources as they are by then, and this one may be of older ones. */
import { spawn, type ChildProcess } from "node:child_process";
import { boundToParent } from "../../host/bound-child.ts";
import { within } from "../../host/supervised-child.ts";
import type { WatchStage, StageRun } from "./rounds.ts";

/** How long its machines may take to end in order; then it is asked as somebody does who presses ^C twice, then killed. */
const IN_ORDER_MS = 20_000;
const AT_ONCE_MS = 5_000;
const NO_STATUS = 1;

/** @param limits for tests */
export function startStage(
  { command }: WatchStage,
  { inOrderMs, atOnceMs } = { inOrderMs: IN_ORDER_MS, atOnceMs: AT_ONCE_MS },
): StageRun {
  const [program, ...args] = boundToParent(command);
  // A group of its own: ^C reaches it through us alone, once.
  const child = spawn(program, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(NO_STATUS));
    child.once("exit", (code) => resolve(code ?? NO_STATUS));
  });
  const end = async (): Promise<void> => {
    signalGroup(child, "SIGINT");
    if (await within(ended, inOrderMs)) return;
    signalGroup(child, "SIGINT");
    if (await within(ended, atOnceMs)) return;
    signalGroup(child, "SIGKILL");
    await ended;
  };
  return { ended, end };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}
