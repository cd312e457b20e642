import { execa } from "execa";
import { ActionError } from "./action-error.ts";

/** A command that takes longer is ended, and has failed. */
const LIMIT_MS = 30_000;

/** Runs a command of a profile in the folder of its run. @throws Error if it doesn't end with status 0 in time */
export async function execute(command: readonly string[], folder: string): Promise<void> {
  const [program = "", ...args] = command;
  const { failed, shortMessage } = await execa(program, args, {
    ...{ cwd: folder, timeout: LIMIT_MS, reject: false, stdin: "ignore", stdout: "ignore", stderr: "ignore" },
    env: { UDPSEC_RUN: folder },
  });
  if (failed) throw new ActionError(shortMessage ?? "it failed");
}
