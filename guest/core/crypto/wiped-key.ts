/** A key was used after it was wiped: always a bug of ours. */
export class WipedKeyError extends Error {
  readonly code = "KEY_WIPED";

  constructor() {
    super("this key was wiped: nothing may be sealed or opened with it any more");
    this.name = "WipedKeyError";
  }
}
