/** An error that a user meets: a stable code, one sentence, and a hint that can be acted on. */
export class HarnessError extends Error {
  readonly code: string;
  readonly hint: string;
  /** 2 usage or set-up, 1 a check failed, 124 timed out. */
  readonly exitCode: number;

  constructor(code: string, message: string, hint: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "HarnessError";
    this.code = code;
    this.hint = hint;
    this.exitCode = options.exitCode ?? 2;
  }
}
