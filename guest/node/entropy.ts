import { randomBytes } from "node:crypto";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import type { EntropySource, EntropyStatus } from "../runtime/runtime.ts";

/** Where Linux tells of its randomness. */
export const KERNEL_FILES = {
  randomDevice: "/dev/random",
  hardwareSource: "/sys/class/misc/hw_random/rng_current",
  hardwareQuality: "/sys/class/misc/hw_random/rng_quality",
} as const;

/** The kernel's generator, and what the system says about it. */
export class NodeEntropySource implements EntropySource {
  readonly #files: Readonly<Record<keyof typeof KERNEL_FILES, string>>;

  constructor(files: Readonly<Record<keyof typeof KERNEL_FILES, string>> = KERNEL_FILES) {
    this.#files = files;
  }

  randomBytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    bytes.set(randomBytes(length));
    return bytes;
  }

  status(): EntropyStatus {
    const { randomDevice, hardwareSource, hardwareQuality } = this.#files;
    return {
      kernelInitialised: isRandomDeviceReady(randomDevice),
      hardwareSource: readHardwareSource(hardwareSource),
      hardwareQuality: readHardwareQuality(hardwareQuality),
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
