import { HarnessError } from "../../host/harness-error.ts";

/** What went wrong in a lab. `udpsec explain CODE` says what to do about each. */
export type LabErrorCode =
  /** It was opened in a worker thread: machines are bound to the thread that starts them. */
  | "lab-in-thread"
  /** The topology makes no sense: the message says where. */
  | "lab-topology"
  /** A call in the wrong order, or a name that nothing bears. */
  | "lab-misuse"
  /** What was waited for did not come in its time. */
  | "lab-timed-out"
  /** What was waited for can't come any more: its node has ended or crashed, or the lab has. */
  | "lab-ended"
  /** The test had no word with the run, and it did not pass. */
  | "lab-failed";

/** An error of a lab: a stable code, a message with what the console last said, a hint. */
export class LabError extends HarnessError {
  override readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, hint: string, options: { cause?: unknown } = {}) {
    super(code, message, hint, { kind: "check-failed", ...options });
    this.name = "LabError";
    this.code = code;
  }
}

/** @param what was called in the wrong order, or with a name that nothing bears */
export function misuse(what: string, hint: string): LabError {
  return new LabError("lab-misuse", what, hint);
}
