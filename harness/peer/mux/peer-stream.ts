import { u32 } from "../../observer/crypto/bytes.ts";
import { MessageBytes } from "../../observer/wire/service-messages.ts";
import { type Changes, unexpected } from "../transport/changes.ts";
import { madeFrame, resetFrame } from "./peer-frames.ts";

export const INITIAL_CREDIT_BYTES = 65_536;
/** Told the far end once so much was read. */
const UPDATE_BYTES = 16_384;
/** Credit is never more at once. */
export const MAX_UNREAD_BYTES = 2 * INITIAL_CREDIT_BYTES;
const LARGEST_FRAME_BYTES = 8_192;

export interface StreamWire {
  readonly changes: Changes;
  /** Hands a frame down. */
  readonly send: (frame: Uint8Array) => void;
}

/** One stream of the mux: reading grants credit again, writing waits for it. */
export class PeerStream {
  readonly id: number;
  readonly name: string;
  /** How the far end reset it; undefined: it hasn't. */
  resetCode: number | undefined;
  isClosedByPeer = false;
  isAcknowledged: boolean;
  /** What the far end may still be sent. */
  credit: number;
  writtenBytes = 0;
  readonly #wire: StreamWire;
  readonly #heard = new MessageBytes();
  #waiting: Uint8Array[] = [];
  #unreported = 0;
  #isFinishing = false;
  #isClosed = false;

  /** @param credit undefined: it is ours, and waits for OPEN_ACK */
  constructor(id: number, name: string, wire: StreamWire, credit?: number) {
    this.id = id;
    this.name = name;
    this.#wire = wire;
    this.credit = credit ?? 0;
    this.isAcknowledged = credit !== undefined;
  }

  /** Its end has come, and all before it was read. */
  get isReadOut(): boolean {
    return this.isClosedByPeer && this.#heard.waitingBytes === 0;
  }

  /** Leaves as credit allows. */
  write(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#waiting.push(bytes);
    this.flush();
  }

  writeMessage(bytes: Uint8Array): void {
    this.write(u32(bytes.length));
    this.write(bytes);
  }

  finish(): void {
    this.#isFinishing = true;
    this.flush();
  }

  reset(code = 0): void {
    if (this.#isClosed && this.isClosedByPeer) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#wire.send(resetFrame(this.id, code));
  }

  flush(): void {
    if (!this.isAcknowledged || this.#isClosed || this.resetCode !== undefined) return;
    while (this.credit > 0 && this.#waiting.length > 0) {
      const [first = new Uint8Array()] = this.#waiting;
      const part = first.subarray(0, Math.min(LARGEST_FRAME_BYTES, this.credit));
      this.#waiting[0] = first.subarray(part.length);
      if (part.length === first.length) this.#waiting.shift();
      this.credit -= part.length;
      this.writtenBytes += part.length;
      this.#wire.send(madeFrame("DATA", this.id, part));
    }
    if (!this.#isFinishing || this.#waiting.length > 0) return;
    this.#isClosed = true;
    this.#wire.send(madeFrame("CLOSE", this.id));
  }

  /** What goes beyond all credit isn't kept: that it came the observer tells. */
  hear(bytes: Uint8Array): void {
    if (this.#heard.waitingBytes + bytes.length <= MAX_UNREAD_BYTES) this.#heard.push(bytes);
  }

  /** @returns the next message, undefined at the end of the stream @throws PeerError */
  async message(): Promise<Uint8Array | undefined> {
    const found = await this.#wire.changes.until(`a message on ${this.name}`, () => {
      const message = this.#heard.takeMessage();
      if (message !== undefined) return { message };
      return this.#isOver() ? { message: undefined } : undefined;
    });
    if (found.message !== undefined) this.#grant(found.message.length + 4);
    return found.message;
  }

  /** @returns some bytes, at most so many; undefined at the end @throws PeerError */
  async some(most: number): Promise<Uint8Array | undefined> {
    const found = await this.#wire.changes.until(`bytes on ${this.name}`, () => {
      const bytes = this.#heard.takeBytes(most);
      if (bytes.length > 0) return { bytes };
      return this.#isOver() ? { bytes: undefined } : undefined;
    });
    if (found.bytes !== undefined) this.#grant(found.bytes.length);
    return found.bytes;
  }

  /** The far end has reset it. */
  async isReset(code: number): Promise<void> {
    const found = await this.#wire.changes.until(`RST on ${this.name}`, () => {
      if (this.isClosedByPeer) throw unexpected(`${this.name} ended in order`);
      return this.resetCode;
    });
    if (found !== code) throw unexpected(`${this.name} was reset with code ${found}, not ${code}`);
  }

  #isOver(): boolean {
    if (this.resetCode !== undefined) throw unexpected(`${this.name} was reset with code ${this.resetCode}`);
    return this.isClosedByPeer;
  }

  #grant(bytes: number): void {
    this.#unreported += bytes;
    if (this.#unreported < UPDATE_BYTES || this.isClosedByPeer) return;
    this.#wire.send(madeFrame("WINDOW_UPDATE", this.id, u32(this.#unreported)));
    this.#unreported = 0;
  }
}
