/** A number in a link specification that makes no sense. */
export class LinkSpecError extends Error {
  readonly code = "LINK_SPEC";

  /** @param field path of the value in the specification @param allowed what it may be, in words */
  constructor(field: string, value: number, allowed: string) {
    super(`link: ${field} is ${value}; allowed: ${allowed}`);
    this.name = "LinkSpecError";
  }
}
