import type { LadderFailure } from "../markers/ladder-spec.ts";

/** What a user can act on: our typed errors of set-up and of machines that did not start carry these. */
interface TypedError extends Error {
  readonly code: string;
  readonly hint?: string;
}

function isTyped(error: unknown): error is TypedError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

/** @returns an error met while a run was set up, as a failure of the run @throws what is no typed error: a bug */
export function failureOfError(error: unknown): LadderFailure {
  if (!isTyped(error)) throw error;
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  const code = error.code === "machine-start" ? "stopped" : "setup-failed";
  return {
    code,
    node: undefined,
    marker: undefined,
    detail: `${error.code}: ${error.message}${hint}`,
    atMs: undefined,
  };
}
