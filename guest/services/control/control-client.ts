import { BusError } from "../../bus/sessions/bus-error.ts";
import type { CryptoPrimitives } from "../../core/index.ts";
import { equalBytes } from "../messages/equal-bytes.ts";
import { type ByteSink, type ByteSource, StreamReader, writeMessage } from "../messages/stream-messages.ts";
import { DIGEST_BYTES } from "../messages/content-digest.ts";
import { encodeControl } from "./control-codec.ts";

/** The asking side. */
export class ControlClient {
  readonly #stream: ByteSource & ByteSink;
  readonly #reader: StreamReader;
  readonly #crypto: CryptoPrimitives;
  #index = 0;
  #previousReplyDigest: Uint8Array = new Uint8Array(DIGEST_BYTES);

  constructor(stream: ByteSource & ByteSink, crypto: CryptoPrimitives) {
    this.#stream = stream;
    this.#reader = new StreamReader(stream);
    this.#crypto = crypto;
  }

  /**
   * One round trip.
   * @throws BusError BUS_MESSAGE if the reply isn't the one that this request demands
   */
  async exchange(payload: Uint8Array): Promise<void> {
    this.#index += 1;
    const request = encodeControl(this.#index, this.#previousReplyDigest, payload);
    await writeMessage(this.#stream, request);
    const reply = await this.#reader.message();
    const expected = encodeControl(this.#index, this.#crypto.sha256(request), payload);
    if (reply === undefined || !equalBytes(reply, expected)) {
      throw new BusError("BUS_MESSAGE", `control reply ${this.#index} is ${reply === undefined ? "missing" : "wrong"}`);
    }
    this.#previousReplyDigest = this.#crypto.sha256(reply);
  }
}
