import { fromHex } from "../../core/index.ts";
import { BusError } from "../sessions/bus-error.ts";

/** @param hex a key of the configuration, which was checked: anything but hex is a mistake of the caller @throws BusError */
export function keyBytes(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new BusError("BUS_UNAVAILABLE", "a key of the configuration is not hex", "hex");
  return bytes;
}
