import { ByteQueue } from "../bytes/byte-queue.ts";
import { concatBytes } from "../bytes/concat.ts";
import { ByteWriter } from "../bytes/writer.ts";
import { AEAD_TAG_BYTES } from "../crypto/primitives.ts";
import type { EndpointBudget } from "../endpoint-budget.ts";
import type { CipherState } from "../noise/cipher-state.ts";
import { LENGTH_BYTES, MIN_RECORD_BYTES } from "./constants.ts";
import type { TcpSecLimits } from "./limits.ts";
import { encodeRecord, startDataRecord } from "./record.ts";
import type { TcpRecord } from "./record.ts";

const EMPTY = new Uint8Array(0);

/** What waits for TCP: a bounded buffer of plaintext, sealed into records only as TCP takes them. */
export class SendSide {
  readonly #limits: Pick<TcpSecLimits, "sendBufferBytes" | "recordPayloadBytes">;
  readonly #budget: EndpointBudget;
  readonly #plain = new ByteQueue();
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

  /** @returns the next bytes for TCP, at most `maxBytes`, or undefined if none wait */
  take(maxBytes: number): Uint8Array | undefined {
    if (maxBytes <= 0) return undefined;
    if (this.#rest.length === 0) this.#rest = this.#nextMessage(maxBytes) ?? EMPTY;
    if (this.#rest.length === 0) return undefined;
    const bytes = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
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

  #nextMessage(maxBytes: number): Uint8Array | undefined {
    const message = this.#messages.shift();
    if (message !== undefined || this.#cipher === undefined) return message;
    if (this.#plain.length > 0) {
      // Sized to what TCP takes now, if that is worth a record: then no tail has to go before a CLOSE.
      const roomBytes = Math.max(1, maxBytes - LENGTH_BYTES - MIN_RECORD_BYTES);
      const payloadBytes = Math.min(this.#limits.recordPayloadBytes, roomBytes, this.#plain.length);
      const { plaintext, payload } = startDataRecord(payloadBytes);
      this.#plain.readInto(payload);
      this.#budget.releaseSend(payloadBytes);
      return seal(this.#cipher, plaintext);
    }
    if (!this.#isFinishing || this.#isFinSent) return undefined;
    this.#isFinSent = true;
    return seal(this.#cipher, encodeRecord({ kind: "fin" }));
  }

  #messageBytes(): number {
    return this.#messages.reduce((sum, message) => sum + message.length, this.#rest.length);
  }
}

/** @returns the record behind its length */
function seal(cipher: CipherState, plaintext: Uint8Array): Uint8Array {
  const sealedBytes = plaintext.length + AEAD_TAG_BYTES;
  const message = new Uint8Array(LENGTH_BYTES + sealedBytes);
  message[0] = sealedBytes;
  message[1] = sealedBytes >>> 8;
  cipher.encryptInto(message.subarray(LENGTH_BYTES), EMPTY, plaintext);
  return message;
}

function withLength(message: Uint8Array): Uint8Array {
  return concatBytes(new ByteWriter(LENGTH_BYTES).u16(message.length).finish(), message);
}
