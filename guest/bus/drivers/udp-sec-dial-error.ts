import type { ConnectionEnd, UdpSecFailure } from "../../core/index.ts";
import { BusError } from "../sessions/bus-error.ts";
import { errorOfEnd } from "./error-of-end.ts";

/** A dial over udp-sec that came to nothing, with what the selection needs to know about it. */
export class DialFailure extends BusError {
  readonly failure: UdpSecFailure;

  constructor(end: ConnectionEnd, failure: UdpSecFailure) {
    const error = errorOfEnd(end);
    super(error.code, error.message, error.detail);
    this.name = "DialFailure";
    this.failure = failure;
  }
}
