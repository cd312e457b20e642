/** Appends to a file without ever making the switch wait: what the disk can't take in time is dropped and counted. */
import { createWriteStream, type WriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { HarnessError } from "../host/harness-error.ts";

/** Seconds of a loaded disk at full frame rate. */
export const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Chunks are joined up to this before they are written. */
const BATCH_BYTES = 256 * 1024;

export class FileSink {
  readonly #stream: WriteStream;
  readonly #maxWaitingBytes: number;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #lostChunks = 0;
  #failure: HarnessError | undefined;
  #flush: NodeJS.Immediate | undefined;

  private constructor(
    stream: WriteStream,
    path: string,
    onFailure: (error: HarnessError) => void,
    maxWaitingBytes: number,
  ) {
    this.#stream = stream;
    this.#maxWaitingBytes = maxWaitingBytes;
    stream.on("error", (cause) => {
      this.#failure = unwritable(path, cause);
      onFailure(this.#failure);
    });
  }

  /** @throws HarnessError `fabric-file` if the file can't be made */
  static async open(
    path: string,
    onFailure: (error: HarnessError) => void,
    maxWaitingBytes = MAX_WAITING_BYTES,
  ): Promise<FileSink> {
    const stream = createWriteStream(path);
    await once(stream, "open").catch((cause: unknown) => {
      throw unwritable(path, cause);
    });
    return new FileSink(stream, path, onFailure, maxWaitingBytes);
  }

  get lostChunks(): number {
    return this.#lostChunks;
  }

  /** Whole or not at all, so that the file stays readable. */
  append(chunk: Buffer): void {
    if (
      this.#failure !== undefined ||
      this.#stream.writableLength + this.#batchBytes + chunk.length > this.#maxWaitingBytes
    ) {
      this.#lostChunks += 1;
      return;
    }
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
    if (this.#batchBytes >= BATCH_BYTES) this.#write();
    else this.#flush ??= setImmediate(() => this.#write());
  }

  /** Everything appended is in the file, or the failure was reported. */
  async close(): Promise<void> {
    this.#write();
    if (this.#failure !== undefined) return;
    this.#stream.end();
    await finished(this.#stream).catch(() => undefined);
  }

  #write(): void {
    if (this.#flush !== undefined) clearImmediate(this.#flush);
    this.#flush = undefined;
    if (this.#batch.length === 0) return;
    this.#stream.write(Buffer.concat(this.#batch, this.#batchBytes));
    this.#batch = [];
    this.#batchBytes = 0;
  }
}

function unwritable(path: string, cause: unknown): HarnessError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HarnessError(
    "fabric-file",
    `${path} can't be written: ${why}`,
    "is the disk full? free some and run again",
    { cause },
  );
}
