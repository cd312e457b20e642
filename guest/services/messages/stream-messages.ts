/**
 * Messages on a mux stream: `length u32 little-endian || bytes`. What the built-in services and the probes speak; nothing below
 * knows of it.
 */
import { ByteReader, ByteWriter } from "../../core/index.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";

export const MAX_MESSAGE_BYTES = 1024 * 1024;
const LENGTH_BYTES = 4;

/** The part of a stream that messages need. */
export interface ByteSource {
  read(): Promise<Uint8Array | undefined>;
}

export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** @throws BusError BUS_MESSAGE if it is longer than a message may be */
export async function writeMessage(sink: ByteSink, message: Uint8Array): Promise<void> {
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new BusError("BUS_MESSAGE", `a message has at most ${MAX_MESSAGE_BYTES} bytes, not ${message.length}`);
  }
  await sink.write(new ByteWriter(LENGTH_BYTES + message.length).u32(message.length).bytes(message).finish());
}

/** Reads messages, or plain runs of bytes, from a stream: keeps what a read brought beyond what was asked for. */
export class StreamReader {
  readonly #source: ByteSource;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * @returns the next message, or undefined if the stream ended before one began
   * @throws BusError BUS_MESSAGE if it is too long or cut off
   */
  async message(): Promise<Uint8Array | undefined> {
    const prefix = await this.#exactly(LENGTH_BYTES);
    if (prefix === undefined) return undefined;
    const length = new ByteReader(prefix).u32();
    if (length > MAX_MESSAGE_BYTES) {
      throw new BusError(
        "BUS_MESSAGE",
        `the peer announced a message of ${length} bytes, more than ${MAX_MESSAGE_BYTES}`,
      );
    }
    const message = await this.#exactly(length);
    if (message === undefined) throw cutOff(length, 0);
    return message;
  }

  /** @returns at least one and at most `maxBytes` bytes, or undefined at the end of the stream */
  async some(maxBytes: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0) {
      const bytes = await this.#source.read();
      if (bytes === undefined) return undefined;
      this.#rest = bytes;
    }
    const taken = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async #exactly(length: number): Promise<Uint8Array | undefined> {
    const whole = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const part = await this.some(length - filled);
      if (part === undefined) {
        if (filled === 0) return undefined;
        throw cutOff(length, filled);
      }
      whole.set(part, filled);
      filled += part.length;
    }
    return whole;
  }
}

function cutOff(length: number, filled: number): BusError {
  return new BusError("BUS_MESSAGE", `the stream ended after ${filled} of ${length} bytes of a message`);
}
