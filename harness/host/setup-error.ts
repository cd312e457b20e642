import { HarnessError } from "./harness-error.ts";

/** Why something that a run needs isn't there. `explain CODE` tells what to do; exit status 2, never a skip. */
export type SetupErrorCode =
  | "qemu-missing"
  | "qemu-unusable"
  | "kernel-unavailable"
  | "modules-unavailable"
  | "busybox-unavailable"
  | "package-unavailable"
  | "guest-prepare"
  | "guest-file"
  | "tool-missing"
  | "image-failed"
  | "bundle-failed"
  | "cache-unusable"
  | "temp-unusable"
  | "accelerator-unusable"
  | "project-missing";

/** A failure of set-up: a sentence that says what is missing, and a hint with the commands or variables that help. */
export class SetupError extends HarnessError {
  override readonly code: SetupErrorCode;

  constructor(code: SetupErrorCode, message: string, hint: string, options: { cause?: unknown } = {}) {
    super(code, message, hint, options);
    this.name = "SetupError";
    this.code = code;
  }
}
