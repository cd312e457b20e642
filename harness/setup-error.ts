/** Why something that a run needs isn't there. `explain CODE` tells what to do; exit status 2, never a skip. */
export type SetupErrorCode =
  | "qemu-missing"
  | "qemu-unusable"
  | "kernel-unavailable"
  | "modules-unavailable"
  | "busybox-unavailable"
  | "tool-missing"
  | "image-failed"
  | "bundle-failed"
  | "cache-unusable"
  | "accelerator-unusable"
  | "socket-path-too-long";

/** A failure of set-up: a sentence that says what is missing, and a hint with the commands or variables that help. */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly code: SetupErrorCode;
  readonly hint: string;
  readonly exitCode = 2;

  constructor(code: SetupErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}
