import { statSync, truncateSync } from "node:fs";
import { basename } from "node:path";
import { MAX_CHANNEL_BYTES } from "../console/channel-limit.ts";

/** The kernel stops QEMU at a longer file, captures included, even if this process stands still. Evidence reads no longer ones either. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
const LOOK_INTERVAL_MS = 200;

/** Watches the files that QEMU writes for a guest, because nothing else limits how much a guest writes. */
export class OutputWatch {
  readonly #paths: readonly string[];
  readonly #onFlood: (path: string) => void;
  readonly #limits: Readonly<Record<string, number>>;
  readonly #timer: NodeJS.Timeout;
  /** The first file that passed the limit. */
  flooded: string | undefined;

  /** @param onFlood told once, of the first file that is too long @param limits by path, bytes; others hold what any channel may */
  constructor(
    paths: readonly string[],
    onFlood: (path: string) => void,
    limits: Readonly<Record<string, number>> = {},
  ) {
    this.#paths = paths;
    this.#limits = limits;
    this.#onFlood = onFlood;
    this.#timer = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  /** In a few words what was too long, for the verdict; undefined: nothing was. */
  get flood(): string | undefined {
    return this.flooded === undefined
      ? undefined
      : `${basename(this.flooded)} is longer than ${this.#limitOf(this.flooded)} bytes`;
  }

  /** QEMU has ended: looks once more and cuts what is too long. */
  end(): void {
    clearInterval(this.#timer);
    this.#look();
    for (const path of this.#paths) {
      const limit = this.#limitOf(path);
      if (sizeOf(path) > limit) cut(path, limit);
    }
  }

  #limitOf(path: string): number {
    return this.#limits[path] ?? MAX_CHANNEL_BYTES;
  }

  #look(): void {
    if (this.flooded !== undefined) return;
    this.flooded = this.#paths.find((path) => sizeOf(path) > this.#limitOf(path));
    if (this.flooded !== undefined) this.#onFlood(this.flooded);
  }
}

/** A file that can't be looked at can't be judged by its length either. */
function sizeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0;
  }
}

function cut(path: string, bytes: number): void {
  try {
    truncateSync(path, bytes);
  } catch {
    // It stays as long as it is: the verdict doesn't depend on it.
  }
}
