/** A stream whose far end is a vector: what comes is given, what goes is kept. */
import { BusError } from "../../../guest/bus/sessions/bus-error.ts";

export class ScriptedStream implements AsyncIterable<Uint8Array> {
  readonly name: string;
  readonly written: Uint8Array[] = [];
  readonly isDone = false;
  isReset = false;
  isFinished = false;
  readonly #incoming: Uint8Array[];

  /** @param incoming all that the far end sends before it finishes its direction */
  constructor(name: string, incoming: readonly Uint8Array[]) {
    this.name = name;
    this.#incoming = incoming.filter((part) => part.length > 0);
  }

  read(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#incoming.shift());
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.isFinished) return Promise.reject(new BusError("BUS_STREAM_FINISHED", "it was finished"));
    this.written.push(bytes.slice());
    return Promise.resolve();
  }

  finish(): void {
    this.isFinished = true;
  }

  reset(): void {
    this.isReset = true;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let bytes = await this.read(); bytes !== undefined; bytes = await this.read()) yield bytes;
  }
}
