/**
 * Request and response with checked contents, on one stream.
 *
 * Request: `index u32 || digest of the previous reply (32, zeros for the first) || payload`. Reply: `index u32 || SHA-256 of the
 * request (32) || the payload`. So a request proves that the reply before it arrived whole, and a reply that its request did:
 * either side knows that bytes went both ways, not only that it sent some.
 */
import { equalBytes } from "../messages/equal-bytes.ts";
import { BusError } from "../../bus/sessions/bus-error.ts";
import { type ByteSink, type ByteSource, StreamReader, writeMessage } from "../messages/stream-messages.ts";
import { ByteReader, ByteWriter, type CryptoPrimitives } from "../../core/index.ts";

export const CONTROL_SERVICE = "control";
export const MAX_CONTROL_PAYLOAD_BYTES = 16 * 1024;
const DIGEST_BYTES = 32;
const HEADER_BYTES = 4 + DIGEST_BYTES;

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
    const request = encode(this.#index, this.#previousReplyDigest, payload);
    await writeMessage(this.#stream, request);
    const reply = await this.#reader.message();
    const expected = encode(this.#index, this.#crypto.sha256(request), payload);
    if (reply === undefined || !equalBytes(reply, expected)) {
      throw new BusError("BUS_MESSAGE", `control reply ${this.#index} is ${reply === undefined ? "missing" : "wrong"}`);
    }
    this.#previousReplyDigest = this.#crypto.sha256(reply);
  }
}

/**
 * The answering side: until the stream ends.
 * @param onVerified called before the reply to a request leaves, with how many replies the peer has proven to hold
 * @throws BusError BUS_MESSAGE on a request that breaks the chain
 */
export async function serveControl(
  stream: ByteSource & ByteSink,
  crypto: CryptoPrimitives,
  onVerified: (provenReplies: number) => void,
): Promise<void> {
  const reader = new StreamReader(stream);
  let expectedDigest: Uint8Array = new Uint8Array(DIGEST_BYTES);
  for (let index = 1; ; index += 1) {
    const request = await reader.message();
    if (request === undefined) return;
    const payload = checkRequest(request, index, expectedDigest);
    if (index > 1) onVerified(index - 1);
    const reply = encode(index, crypto.sha256(request), payload);
    expectedDigest = crypto.sha256(reply);
    await writeMessage(stream, reply);
  }
}

function checkRequest(request: Uint8Array, index: number, expectedDigest: Uint8Array): Uint8Array {
  const reader = new ByteReader(request);
  const isNext = reader.u32() === index && equalBytes(reader.bytes(DIGEST_BYTES), expectedDigest);
  if (!isNext || reader.hasFailed || request.length > HEADER_BYTES + MAX_CONTROL_PAYLOAD_BYTES) {
    throw new BusError("BUS_MESSAGE", `control request ${index} does not follow the reply before it`);
  }
  return reader.rest();
}

function encode(index: number, digest: Uint8Array, payload: Uint8Array): Uint8Array {
  return new ByteWriter(HEADER_BYTES + payload.length).u32(index).bytes(digest).bytes(payload).finish();
}
