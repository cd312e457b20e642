import { HarnessError } from "../host/harness-error.ts";
import { asHostFault } from "../host/host-fault.ts";
import { ERROR_TEXTS } from "./explain-texts.ts";
import { EXIT, exitOfError, type ExitCode } from "./exit-codes.ts";
import type { ProgramOutput } from "./program-output.ts";

/**
 * Tells what ended a program or one of its runs. Errors with a code and a hint are told in two lines; anything else is a bug and
 * shows its stack.
 *
 * @param program whose words they are
 * @returns the exit status that it means
 */
export function reportError(
  error: unknown,
  { stderr, signal }: { readonly stderr: Pick<ProgramOutput, "write">; readonly signal: AbortSignal },
  program = "udpsec",
): ExitCode {
  if (!(error instanceof Error)) throw error;
  // Link specifications are checked by `contract/`, whose errors have code and hint but know nothing of the harness.
  const told: Error & Partial<HarnessError> = asHostFault(error) ?? error;
  const { code } = told;
  // Errors of single tools and files have a code; what helps is what `udpsec explain` says of it.
  const hint = told.hint ?? (code !== undefined && Object.hasOwn(ERROR_TEXTS, code) ? ERROR_TEXTS[code] : undefined);
  if (typeof code !== "string" || typeof hint !== "string") {
    stderr.write(`${program}: a bug: ${error.stack ?? error.message}\n`);
    return EXIT.checkFailed;
  }
  stderr.write(`${program}: ${told.message}\n  ${hint.replaceAll("\n", "\n  ")}\n`);
  return told instanceof HarnessError ? exitOfError(told.kind, signal) : EXIT.cannotRun;
}
