import type { BlockPool } from "../bytes/block-pool.ts";
import { ReadQueue } from "../bytes/read-queue.ts";
import { readU16 } from "../bytes/reader.ts";
import { LENGTH_BYTES } from "./constants.ts";

export type NextMessage =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  | { readonly kind: "incomplete" }
  | { readonly kind: "bad-length"; readonly lengthBytes: number };

/** Bytes of TCP, in any cutting, to messages with a length in front; a length is judged before its bytes are waited for. */
export class MessageInbox {
  readonly #queue = new ReadQueue();
  /** Of the message being waited for, once its length is here. */
  #lengthBytes: number | undefined;
  readonly #pool: BlockPool;
  /** Holds the message that was handed out last, if its bytes had come in several pieces. */
  #gathered: Uint8Array | undefined;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  /** @param bytes handed over: nobody changes them afterwards */
  append(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  /** Bytes that are here and not taken as a message yet. */
  get length(): number {
    return this.#queue.readableBytes;
  }

  get heldBytes(): number {
    return this.#queue.heldBytes + (this.#gathered?.length ?? 0);
  }

  /** @returns a message whose bytes are nobody's any more with the next call */
  next(minBytes: number, maxBytes: number): NextMessage {
    this.#forgetGathered();
    this.#lengthBytes ??= this.#takeLength();
    if (this.#lengthBytes === undefined) return { kind: "incomplete" };
    if (this.#lengthBytes < minBytes || this.#lengthBytes > maxBytes) {
      return { kind: "bad-length", lengthBytes: this.#lengthBytes };
    }
    if (this.#queue.readableBytes < this.#lengthBytes) return { kind: "incomplete" };
    const bytes = this.#takeMessage(this.#lengthBytes);
    this.#lengthBytes = undefined;
    return { kind: "message", bytes };
  }

  clear(): void {
    this.#forgetGathered();
    this.#queue.clear();
    this.#lengthBytes = undefined;
  }

  #takeMessage(lengthBytes: number): Uint8Array {
    const whole = this.#queue.firstPieceBytes >= lengthBytes ? this.#queue.read(lengthBytes) : undefined;
    if (whole !== undefined) return whole;
    this.#gathered = this.#pool.take(lengthBytes);
    const message = this.#gathered.subarray(0, lengthBytes);
    this.#queue.readInto(message);
    return message;
  }

  #forgetGathered(): void {
    if (this.#gathered !== undefined) this.#pool.giveBack(this.#gathered);
    this.#gathered = undefined;
  }

  #takeLength(): number | undefined {
    if (this.#queue.readableBytes < LENGTH_BYTES) return undefined;
    const prefix = this.#queue.read(LENGTH_BYTES);
    return prefix === undefined ? undefined : readU16(prefix, 0);
  }
}
