import { type Device, deviceOfSeed } from "../../../harness/observer/crypto/device.ts";
import { secretOf } from "./secret-of.ts";

/** @returns the device of that name in the vectors */
export function deviceOf(label: string): Device {
  return deviceOfSeed(secretOf(label));
}
