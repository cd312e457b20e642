import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import type { EntropySource, EntropyStatus } from "../runtime/runtime.ts";

const RANDOM_DEVICE = "/dev/random";
const HARDWARE_SOURCE_FILE = "/sys/class/misc/hw_random/rng_current";
const HARDWARE_QUALITY_FILE = "/sys/class/misc/hw_random/rng_quality";

/** The kernel's generator, and what the system says about it. */
export class NodeEntropySource implements EntropySource {
  randomBytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    bytes.set(randomBytes(length));
    return bytes;
  }

  status(): EntropyStatus {
    return {
      kernelInitialised: isRandomDeviceReady(RANDOM_DEVICE),
      hardwareSource: readHardwareSource(HARDWARE_SOURCE_FILE),
      hardwareQuality: readHardwareQuality(HARDWARE_QUALITY_FILE),
    };
  }
}

/**
 * Since Linux 5.6 `/dev/random` blocks only until the generator is initialised; without blocking it says EAGAIN until then
 * (random(4)): the question that getrandom's GRND_NONBLOCK answers, asked through a file.
 */
export function isRandomDeviceReady(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return readSync(file, new Uint8Array(1)) === 1;
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** @returns the name of the source that feeds the generator, such as `virtio_rng.0` */
export function readHardwareSource(path: string): string | undefined {
  let name: string;
  try {
    name = readFileSync(path, "latin1").trim();
  } catch {
    return undefined;
  }
  return name === "" || name === "none" ? undefined : name;
}

/** @returns what the kernel credits the source with, in 1/1,024; undefined if it doesn't tell */
export function readHardwareQuality(path: string): number | undefined {
  try {
    const text = readFileSync(path, "latin1").trim();
    return /^[0-9]{1,4}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
