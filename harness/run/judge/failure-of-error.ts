import { asHostFault } from "../../host/host-fault.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";

/** What a user can act on: our typed errors of set-up and of machines that did not start carry these. */
interface TypedError extends Error {
  readonly code: string;
  readonly hint?: string;
}

function isTyped(error: unknown): error is TypedError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** @returns an error met while a run was set up, as a failure of the run @throws what is no typed error: a bug */
export function failureOfError(error: unknown): RunFailure {
  const told = asHostFault(error) ?? error;
  if (!isTyped(told)) throw error;
  const hint = told.hint === undefined ? "" : ` (${told.hint})`;
  return {
    code: "setup-failed",
    node: undefined,
    marker: undefined,
    detail: `${told.code}: ${told.message}${hint}`,
    atMs: undefined,
  };
}
