import { ByteQueue } from "../bytes/byte-queue.ts";
import { concatBytes } from "../bytes/concat.ts";
import { ByteWriter } from "../bytes/writer.ts";
import { AEAD_TAG_BYTES } from "../crypto/primitives.ts";
import type { EndpointBudget } from "../endpoint-budget.ts";
import type { CipherState } from "../noise/cipher-state.ts";
import { KIND_BYTES, LENGTH_BYTES, MAX_TCP_RECORD_BYTES, MIN_RECORD_BYTES, RecordKind } from "./constants.ts";
import type { TcpSecLimits } from "./limits.ts";
import { encodeRecord } from "./record.ts";
import type { TcpRecord } from "./record.ts";

const EMPTY = new Uint8Array(0);

/** What waits for TCP: a bounded buffer of plaintext, sealed into records only as TCP takes them. */
export class SendSide {
  readonly #limits: Pick<TcpSecLimits, "sendBufferBytes" | "recordPayloadBytes">;
  readonly #budget: EndpointBudget;
  /** What is written at once lies in one piece, and is a record of its own: a short frame before it need not wait for it. */
  readonly #plain: ByteQueue;
  /** Handshake messages and records without data: a handful at most. */
  #messages: Uint8Array[] = [];
  /** The tail of a message that TCP took the beginning of: it must go before all else. */
  #rest: Uint8Array = EMPTY;
  #cipher: CipherState | undefined;
  #isFinishing = false;
  #isFinSent = false;
  #isWriterWaiting = false;

  constructor(limits: Pick<TcpSecLimits, "sendBufferBytes" | "recordPayloadBytes">, budget: EndpointBudget) {
    this.#limits = limits;
    this.#budget = budget;
    this.#plain = new ByteQueue({
      headBytes: KIND_BYTES,
      largestBlockBytes: limits.recordPayloadBytes,
      pool: budget.blocks,
    });
  }

  get writableBytes(): number {
    if (this.#cipher === undefined || this.#isFinishing) return 0;
    return Math.min(this.#limits.sendBufferBytes - this.#plain.length, this.#budget.sendFreeBytes);
  }

  get hasCipher(): boolean {
    return this.#cipher !== undefined;
  }

  get bufferedBytes(): number {
    return this.#plain.length;
  }

  /** Nothing waits, FIN included. */
  get isEmpty(): boolean {
    const isFinWaiting = this.#isFinishing && !this.#isFinSent;
    return this.#plain.length === 0 && this.#messages.length === 0 && this.#rest.length === 0 && !isFinWaiting;
  }

  get unsentBytes(): number {
    return this.#plain.length + this.#messageBytes();
  }

  get heldBytes(): number {
    return this.#plain.heldBytes + this.#messageBytes();
  }

  /** FIN left, and everything before it. */
  get isFinished(): boolean {
    return this.#isFinSent && this.isEmpty;
  }

  /** From now on bytes can be written; takes the cipher over. */
  setCipher(cipher: CipherState): void {
    this.#cipher = cipher;
  }

  queueHandshakeMessage(message: Uint8Array): void {
    this.#messages.push(withLength(message));
  }

  queueRecord(record: TcpRecord): void {
    if (this.#cipher !== undefined) this.#messages.push(seal(this.#cipher, encodeRecord(record)));
  }

  write(bytes: Uint8Array): number {
    const taken = this.#budget.takeSend(Math.min(bytes.length, this.writableBytes));
    this.#plain.append(bytes.subarray(0, taken));
    const isFull = taken < bytes.length || this.writableBytes === 0;
    if (isFull && this.#cipher !== undefined && !this.#isFinishing) this.#isWriterWaiting = true;
    return taken;
  }

  finish(): void {
    this.#isFinishing = true;
  }

  /** @returns true once after a write that found or left no room, when half of the buffer is free again */
  takeWritable(): boolean {
    if (!this.#isWriterWaiting || 2 * this.#plain.length > this.#limits.sendBufferBytes) return false;
    if (this.writableBytes === 0) return false;
    this.#isWriterWaiting = false;
    return true;
  }

  /** @returns the next message for TCP, or as much of it as `maxBytes`, in a new array; undefined if none waits */
  take(maxBytes: number): Uint8Array | undefined {
    const target = new Uint8Array(Math.min(maxBytes, LENGTH_BYTES + MAX_TCP_RECORD_BYTES));
    const count = this.#takeNext(target, true);
    return count === 0 ? undefined : target.subarray(0, count);
  }

  /** Fills the beginning of `target` with what waits for TCP. @returns how many bytes that is, 0 if none wait */
  fill(target: Uint8Array): number {
    let at = 0;
    while (at < target.length) {
      const count = this.#takeNext(target.subarray(at), at === 0);
      if (count === 0) break;
      at += count;
    }
    return at;
  }

  /** Drops the plaintext, but nothing that was sealed, and queues CLOSE behind it. */
  close(record: TcpRecord): void {
    this.queueRecord(record);
    this.#end();
  }

  /** Drops everything. */
  clear(): void {
    this.#messages = [];
    this.#rest = EMPTY;
    this.#end();
  }

  #end(): void {
    this.#budget.releaseSend(this.#plain.length);
    this.#plain.clear();
    this.#isFinishing = true;
    this.#isFinSent = true;
    this.#isWriterWaiting = false;
    this.#cipher?.wipe();
    this.#cipher = undefined;
  }

  /** @param mayCut a record may be cut to what `target` holds @returns how many bytes were put at its beginning */
  #takeNext(target: Uint8Array, mayCut: boolean): number {
    if (target.length === 0) return 0;
    if (this.#rest.length === 0) this.#rest = this.#messages.shift() ?? EMPTY;
    if (this.#rest.length > 0) return this.#takeRest(target);
    if (this.#cipher === undefined) return 0;
    if (this.#plain.length > 0) return this.#takeData(this.#cipher, target, mayCut);
    if (!this.#isFinishing || this.#isFinSent) return 0;
    this.#isFinSent = true;
    this.#rest = seal(this.#cipher, encodeRecord({ kind: "fin" }));
    return this.#takeRest(target);
  }

  #takeRest(target: Uint8Array): number {
    const part = this.#rest.subarray(0, target.length);
    target.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  #takeData(cipher: CipherState, target: Uint8Array, mayCut: boolean): number {
    const wantedBytes = Math.min(this.#limits.recordPayloadBytes, this.#plain.firstPieceBytes);
    // Sized to what TCP takes now, if that is worth a record: then no tail has to go before a CLOSE.
    const payloadBytes = Math.min(wantedBytes, Math.max(1, target.length - LENGTH_BYTES - MIN_RECORD_BYTES));
    if (payloadBytes < wantedBytes && !mayCut) return 0;
    const messageBytes = messageBytesOf(KIND_BYTES + payloadBytes);
    const isWhole = messageBytes <= target.length;
    const message = isWhole ? target.subarray(0, messageBytes) : new Uint8Array(messageBytes);
    this.#plain.takeWithHead(payloadBytes, (plaintext) => {
      plaintext[0] = RecordKind.DATA;
      sealInto(message, cipher, plaintext);
    });
    this.#budget.releaseSend(payloadBytes);
    if (isWhole) return messageBytes;
    this.#rest = message;
    return this.#takeRest(target);
  }

  #messageBytes(): number {
    return this.#messages.reduce((sum, message) => sum + message.length, this.#rest.length);
  }
}

/** @returns the record behind its length */
function seal(cipher: CipherState, plaintext: Uint8Array): Uint8Array {
  const message = new Uint8Array(messageBytesOf(plaintext.length));
  sealInto(message, cipher, plaintext);
  return message;
}

function messageBytesOf(plaintextBytes: number): number {
  return LENGTH_BYTES + plaintextBytes + AEAD_TAG_BYTES;
}

function sealInto(message: Uint8Array, cipher: CipherState, plaintext: Uint8Array): void {
  const recordBytes = message.length - LENGTH_BYTES;
  message[0] = recordBytes;
  message[1] = recordBytes >>> 8;
  cipher.encryptInto(message.subarray(LENGTH_BYTES), EMPTY, plaintext);
}

function withLength(message: Uint8Array): Uint8Array {
  return concatBytes(new ByteWriter(LENGTH_BYTES).u16(message.length).finish(), message);
}
