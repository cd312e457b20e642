/** A checker found what must never be. The run that throws it stops there. */
export class CheckViolation extends Error {
  readonly code = "CHECK_VIOLATED";
  /** Which checker: a stable name. */
  readonly checker: string;

  constructor(checker: string, message: string) {
    super(`${checker}: ${message}`);
    this.name = "CheckViolation";
    this.checker = checker;
  }
}
