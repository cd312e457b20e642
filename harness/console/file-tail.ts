import { closeSync, openSync, readSync, watch, type FSWatcher } from "node:fs";

/** A watcher may miss a change, and some filesystems have none: the file is also looked at this often. */
const POLL_INTERVAL_MS = 100;
const CHUNK_BYTES = 64 * 1024;
/** Read at once; then timers and signals have their turn. */
export const MAX_TURN_BYTES = 4 * CHUNK_BYTES;

/**
 * Follows a file that another process appends to (QEMU's chardev logs). The file need not exist yet. A file is read, never a
 * socket: an unread socket would block the guest's writes, and a file outlives a killed harness.
 */
export class FileTail {
  readonly #path: string;
  readonly #onBytes: (chunk: Uint8Array, atMs: number) => void;
  readonly #nowMs: () => number;
  readonly #buffer = new Uint8Array(CHUNK_BYTES);
  #descriptor: number | undefined;
  #offset = 0;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The next turn, when there was more to read than one turn takes. */
  #nextTurn: NodeJS.Immediate | undefined;
  readonly #maxBytes: number;

  /**
   * @param onBytes gets a copy of what was appended, with its arrival time on the run's clock
   * @param maxBytes of the file that are read; what comes after them is left unread
   */
  constructor(
    path: string,
    onBytes: (chunk: Uint8Array, atMs: number) => void,
    nowMs: () => number,
    maxBytes: number = Infinity,
  ) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#onBytes = onBytes;
    this.#nowMs = nowMs;
  }

  start(): void {
    this.#timer = setInterval(() => this.#readGrowth(), POLL_INTERVAL_MS);
    this.#readGrowth();
  }

  /** Reads what is left and lets go of the file. */
  stop(): void {
    clearInterval(this.#timer);
    this.readAll();
    this.#watcher?.close();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#watcher = undefined;
  }

  /** Reads what is there now, however much it is. */
  readAll(): void {
    clearImmediate(this.#nextTurn);
    this.#nextTurn = undefined;
    this.#read(Infinity);
  }

  #readGrowth(): void {
    if (this.#nextTurn !== undefined || !this.#read(MAX_TURN_BYTES)) return;
    this.#nextTurn = setImmediate(() => {
      this.#nextTurn = undefined;
      this.#readGrowth();
    });
  }

  /** @returns whether there may be more */
  #read(turnBytes: number): boolean {
    if (this.#descriptor === undefined && !this.#open()) return false;
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return false;
    for (let read = 0; read < turnBytes;) {
      const wanted = Math.min(CHUNK_BYTES, this.#maxBytes - this.#offset);
      const taken = wanted <= 0 ? 0 : readSync(descriptor, this.#buffer, 0, wanted, this.#offset);
      if (taken === 0) return false;
      this.#offset += taken;
      read += taken;
      this.#onBytes(this.#buffer.slice(0, taken), this.#nowMs());
      if (taken < wanted) return false;
    }
    return true;
  }

  #open(): boolean {
    try {
      this.#descriptor = openSync(this.#path, "r");
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    try {
      this.#watcher = watch(this.#path, () => this.#readGrowth());
      this.#watcher.on("error", () => this.#watcher?.close());
    } catch {
      // Out of inotify watches: polling alone is enough, only slower.
    }
    return true;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
