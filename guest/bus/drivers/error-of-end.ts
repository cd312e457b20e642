import type { ConnectionEnd } from "../../core/index.ts";
import { BusError, type BusErrorCode } from "../sessions/bus-error.ts";

/** What the end of a connection that never stood means to who dialled. */
export function errorOfEnd(end: ConnectionEnd): BusError {
  const reason = end.reason === "" ? "" : ` (${end.reason})`;
  return new BusError(codeOfEnd(end), `the dial failed: ${end.name} by ${end.by}${reason}`, end.name);
}

function codeOfEnd(end: ConnectionEnd): BusErrorCode {
  switch (end.name) {
    case "AUTH":
      return "BUS_AUTHENTICATION";
    case "BUSY":
      return "BUS_BUSY";
    case "HANDSHAKE_TIMEOUT":
      return "BUS_TIMEOUT";
    default:
      return "BUS_HANDSHAKE";
  }
}
