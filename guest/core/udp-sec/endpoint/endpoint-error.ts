export type EndpointErrorCode = "ENDPOINT_FULL" | "BAD_TARGET" | "BAD_PARAMETERS" | "BAD_RANDOM";

/** A mistake or a limit of the caller, never the wire's. */
export class EndpointError extends Error {
  readonly code: EndpointErrorCode;

  constructor(code: EndpointErrorCode, message: string) {
    super(message);
    this.name = "EndpointError";
    this.code = code;
  }
}
