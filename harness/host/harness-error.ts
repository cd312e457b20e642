/**
 * What an error means for whoever asked. `cannot-run`: the command line or the set-up is wrong, nothing was checked; `check-failed`:
 * what was looked at is not as it must be; `interrupted`: the user ended it. `harness/cli/exit-codes.ts` turns them into numbers.
 */
export type ErrorKind = "cannot-run" | "check-failed" | "interrupted";

/** An error that a user meets: a stable code, one sentence, and a hint that can be acted on. */
export class HarnessError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly kind: ErrorKind;

  /** @param options.kind without it `cannot-run` */
  constructor(code: string, message: string, hint: string, options: { kind?: ErrorKind; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HarnessError";
    this.code = code;
    this.hint = hint;
    this.kind = options.kind ?? "cannot-run";
  }
}
