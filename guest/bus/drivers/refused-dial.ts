import { AddressError, EndpointError, NoiseError } from "../../core/index.ts";
import { BusError } from "../sessions/bus-error.ts";

/**
 * What the core refused before anything left, in the words of the bus.
 * @throws `error` itself if it is a bug of ours
 */
export function refusedDial(error: unknown): BusError {
  const cause = { cause: error };
  if (error instanceof EndpointError && error.code === "ENDPOINT_FULL") {
    return new BusError("BUS_UNAVAILABLE", error.message, error.code, cause);
  }
  const isTarget = error instanceof EndpointError && error.code === "BAD_TARGET";
  if (isTarget || error instanceof NoiseError || error instanceof AddressError) {
    return new BusError("BUS_TARGET", error.message, error.code, cause);
  }
  throw error;
}
