/** Messages of the services, as they come in the bytes of one direction of a mux stream (services.md). */
import { SHA256_BYTES } from "./probe-content.ts";
import { broken, readU64, viewOf, type Malformed, type Reading } from "./reading.ts";

const LENGTH_BYTES = 4;
const MAX_MESSAGE = 2 ** 20;
const MAX_BULK_BYTES = 2 ** 32;
const CONTROL_HEAD_BYTES = 4 + SHA256_BYTES;
const MAX_CONTROL_PAYLOAD = 16_384;
export const MAX_ECHO_STREAMS = 64;

/** Messages one after the other, and plain bytes where a service has them between messages. */
export class MessageBytes {
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #tooLong: Malformed | undefined;

  /** Bytes that were not taken yet. */
  get waitingBytes(): number {
    return this.#heldBytes;
  }

  get tooLong(): Malformed | undefined {
    return this.#tooLong;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#tooLong !== undefined) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
  }

  /** @returns the next message without its length, undefined while it isn't whole */
  takeMessage(): Uint8Array | undefined {
    if (this.#tooLong !== undefined || this.#heldBytes < LENGTH_BYTES) return undefined;
    const all = this.#joined();
    const length = viewOf(all).getUint32(0, true);
    if (length > MAX_MESSAGE) {
      this.#tooLong = { requirement: "V-5", text: `a message of ${length} bytes` };
      return undefined;
    }
    if (all.length < LENGTH_BYTES + length) return undefined;
    this.#keep(all.subarray(LENGTH_BYTES + length));
    return all.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  }

  /** @returns at most `most` bytes as they are */
  takeBytes(most: number): Uint8Array {
    const all = this.#joined();
    this.#keep(all.subarray(Math.min(most, all.length)));
    return all.subarray(0, most);
  }

  #joined(): Uint8Array {
    const [first, second] = this.#held;
    if (first !== undefined && second === undefined) return first;
    const all = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [all];
    return all;
  }

  #keep(rest: Uint8Array): void {
    this.#held = rest.length === 0 ? [] : [rest];
    this.#heldBytes = rest.length;
  }
}

export interface ControlMessage {
  readonly index: number;
  readonly digest: Uint8Array;
  readonly payload: Uint8Array;
}

export function readControl(message: Uint8Array): Reading<ControlMessage> {
  const payload = message.length - CONTROL_HEAD_BYTES;
  if (payload < 0 || payload > MAX_CONTROL_PAYLOAD) return broken("V-6", `a message of ${message.length} bytes`);
  const index = viewOf(message).getUint32(0, true);
  return {
    value: { index, digest: message.subarray(4, CONTROL_HEAD_BYTES), payload: message.subarray(CONTROL_HEAD_BYTES) },
  };
}

export interface BulkAnnouncement {
  readonly seed: number;
  readonly length: number;
}

export function readAnnouncement(message: Uint8Array): Reading<BulkAnnouncement> {
  if (message.length !== 12) return broken("V-12", `an announcement of ${message.length} bytes`);
  const view = viewOf(message);
  const length = readU64(view, 4);
  if (length > MAX_BULK_BYTES) return broken("V-12", "more than 4 GiB");
  return { value: { seed: view.getUint32(0, true), length } };
}

export interface BulkVerdict {
  readonly isOk: boolean;
  readonly digest: Uint8Array;
}

export function readVerdict(message: Uint8Array): Reading<BulkVerdict> {
  const [ok] = message;
  if (message.length !== 1 + SHA256_BYTES || ok === undefined || ok > 1) {
    return broken("V-14", `a verdict of ${message.length} bytes`);
  }
  return { value: { isOk: ok === 1, digest: message.subarray(1) } };
}

export interface GateTotal {
  readonly length: number;
  readonly digest: Uint8Array;
}

export function readGateTotal(message: Uint8Array): Reading<GateTotal> {
  if (message.length !== 8 + SHA256_BYTES) return broken("V-16", `a message of ${message.length} bytes on the gate`);
  return { value: { length: readU64(viewOf(message), 0), digest: message.subarray(8) } };
}

export interface GateVerdict extends GateTotal {
  readonly isOk: boolean;
}

export function readGateVerdict(message: Uint8Array): Reading<GateVerdict> {
  const [ok] = message;
  if (message.length !== 9 + SHA256_BYTES || ok === undefined || ok > 1) {
    return broken("V-16", `an answer of ${message.length} bytes on the gate`);
  }
  return { value: { isOk: ok === 1, length: readU64(viewOf(message), 1), digest: message.subarray(9) } };
}

export function readEchoCount(message: Uint8Array): Reading<number> {
  if (message.length !== 4) return broken("V-17", `a count of ${message.length} bytes`);
  const count = viewOf(message).getUint32(0, true);
  return count >= 1 && count <= MAX_ECHO_STREAMS ? { value: count } : broken("V-17", `a count of ${count}`);
}
