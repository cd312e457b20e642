import { type MuxStream, RstCode } from "../../core/index.ts";
import { BusError } from "./bus-error.ts";
import { Signal } from "./signal.ts";

/** What one `read` brings at most. */
const READ_BYTES = 64 * 1024;

/** What a stream needs of its session. */
export interface StreamHost {
  /** Something was written, read, finished or reset: the mux has work. */
  wake(): void;
  /** `finish` was called: the session forgets the stream once both directions have ended. */
  onFinishing(stream: BusStream): void;
  /** Why the session ended, in one word; undefined while it lives. */
  readonly endName: string | undefined;
}

/**
 * One mux stream with promises on top. Backpressure is honest: `tryWrite` says how much was taken, `write` resolves when all was,
 * and what isn't read stops the peer.
 */
export class BusStream implements AsyncIterable<Uint8Array> {
  /** The stream below: for the session only. */
  readonly mux: MuxStream;
  readonly #host: StreamHost;
  readonly #readable = new Signal();
  readonly #writable = new Signal();
  /** Writes are taken in the order of the calls. */
  #lastWrite: Promise<void> = Promise.resolve();
  #isFinishing = false;

  constructor(mux: MuxStream, host: StreamHost) {
    this.mux = mux;
    this.#host = host;
  }

  get name(): string {
    return this.mux.name;
  }

  get priority(): number {
    return this.mux.priority;
  }

  /** Opened by the peer. */
  get isAccepted(): boolean {
    return this.mux.openedBy === "peer";
  }

  /** How much `tryWrite` would take now. */
  get writableBytes(): number {
    return this.mux.writableBytes;
  }

  /** Copies as much as the stream has room for. @returns how many bytes were taken, 0 if none @throws BusError */
  tryWrite(bytes: Uint8Array): number {
    this.#throwIfFinishing();
    return this.#take(bytes);
  }

  /** Resolves when all bytes were taken; `bytes` must not change until then. @throws BusError if the stream ended before */
  async write(bytes: Uint8Array): Promise<void> {
    this.#throwIfFinishing();
    const write = this.#lastWrite.then(() => this.#writeAll(bytes));
    // The caller hears of a failure from its own promise; the next write finds out for itself.
    this.#lastWrite = write.catch(() => undefined);
    await write;
  }

  /** Resolves when `tryWrite` may take something, or throw. */
  async waitWritable(): Promise<void> {
    while (this.mux.writableBytes === 0 && this.#failure() === undefined) await this.#writable.wait();
  }

  /** @returns the next bytes, or undefined when the peer finished and all was read @throws BusError if it never will */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const bytes = this.mux.read(READ_BYTES);
      if (bytes !== undefined) {
        this.#host.wake();
        return bytes;
      }
      if (this.mux.isReadFinished) return undefined;
      this.#throwIfDead();
      await this.#readable.wait();
    }
  }

  /** Leaving the loop early resets the stream. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const bytes = await this.read();
        if (bytes === undefined) return;
        yield bytes;
      }
    } finally {
      if (!this.mux.isReadFinished) this.reset();
    }
  }

  /** Ends the sending direction after what was written. Idempotent. */
  finish(): void {
    if (this.#isFinishing) return;
    this.#isFinishing = true;
    void this.#lastWrite.then(() => {
      this.mux.finish();
      this.#host.onFinishing(this);
      this.#host.wake();
    });
  }

  /** Nothing will come or go any more; unread bytes may still wait. */
  get isDone(): boolean {
    return this.mux.state === "Closed" || this.mux.state === "Reset";
  }

  /** Gives up both directions: what is queued or unread is dropped. Idempotent. @param code `RstCode` */
  reset(code: number = RstCode.CANCELLED): void {
    this.mux.reset(code);
    this.#host.wake();
    this.notify();
  }

  /** The session tells that something of this stream changed: whoever waits looks again. */
  notify(): void {
    this.#readable.notify();
    this.#writable.notify();
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    let offset = this.#take(bytes);
    while (offset < bytes.length) {
      await this.#writable.wait();
      offset += this.#take(bytes.subarray(offset));
    }
  }

  #take(bytes: Uint8Array): number {
    this.#throwIfDead();
    const taken = this.mux.write(bytes);
    if (taken > 0) this.#host.wake();
    return taken;
  }

  #throwIfFinishing(): void {
    if (this.#isFinishing) throw new BusError("BUS_STREAM_FINISHED", `stream "${this.name}" was finished by this side`);
  }

  #throwIfDead(): void {
    const failure = this.#failure();
    if (failure !== undefined) throw failure;
  }

  #failure(): BusError | undefined {
    const { resetCause } = this.mux;
    if (resetCause !== undefined) {
      const who = resetCause.by === "peer" ? "the peer" : "this side";
      return new BusError("BUS_STREAM_RESET", `${who} reset stream "${this.name}"`, String(resetCause.code));
    }
    const { endName } = this.#host;
    if (endName === undefined) return undefined;
    return new BusError("BUS_SESSION_ENDED", `the session of stream "${this.name}" ended: ${endName}`, endName);
  }
}
