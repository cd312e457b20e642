import type { HarnessError } from "../host/harness-error.ts";
import { asHostFault } from "../host/host-fault.ts";
import type { CommandIo } from "./command.ts";

/**
 * Tells what ended a command or one of its runs. Errors of ours and of set-up carry a code and a hint; anything else is a bug and
 * shows its stack.
 *
 * @returns the exit status that it means
 */
export function reportError(error: unknown, io: Pick<CommandIo, "stderr">): number {
  if (!(error instanceof Error)) throw error;
  const told: Error & Partial<HarnessError> = asHostFault(error) ?? error;
  const { code, hint, exitCode } = told;
  if (typeof code !== "string" || typeof hint !== "string") {
    io.stderr.write(`udpsec: a bug: ${error.stack ?? error.message}\n`);
    return 1;
  }
  io.stderr.write(`udpsec: ${told.message}\n  ${hint.replaceAll("\n", "\n  ")}\n`);
  return exitCode ?? 2;
}
