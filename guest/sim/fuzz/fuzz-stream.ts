/** The victim's end of an authenticated byte stream whose other end is a fuzzer: it puts bytes in and looks at what comes out. */
import type { ByteStream, ConnectionEnd, Role } from "../../core/index.ts";

const SEND_BUFFER_BYTES = 1024 * 1024;

export class FuzzStream implements ByteStream {
  readonly transport = "udp-sec";
  readonly role: Role;
  lastReceiptMs = 0;
  /** Slow enough that every window grows as far as it may. */
  readonly smoothedRttMs = 10_000;
  readonly #incoming: Uint8Array[] = [];
  #outgoing: Uint8Array[] = [];
  #end: ConnectionEnd | undefined;

  constructor(role: Role) {
    this.role = role;
  }

  // ---- the fuzzer's side

  /** Bytes that arrive. */
  deliver(bytes: Uint8Array, nowMs: number): void {
    if (bytes.length === 0) return;
    this.#incoming.push(bytes);
    this.lastReceiptMs = nowMs;
  }

  /** What the victim wrote since the last call. */
  takeWritten(): Uint8Array[] {
    const written = this.#outgoing;
    this.#outgoing = [];
    return written;
  }

  // ---- the victim's side

  get isEstablished(): boolean {
    return this.#end === undefined;
  }

  get end(): ConnectionEnd | undefined {
    return this.#end;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.writableBytes);
    if (taken > 0) this.#outgoing.push(bytes.slice(0, taken));
    return taken;
  }

  get writableBytes(): number {
    return this.#end === undefined ? SEND_BUFFER_BYTES - this.unsentBytes : 0;
  }

  get unsentBytes(): number {
    return this.#outgoing.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  finish(): void {
    // The fuzzer doesn't care.
  }

  get readableBytes(): number {
    return this.#incoming.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  read(maxBytes: number): Uint8Array | undefined {
    const first = this.#incoming.shift();
    if (first === undefined || first.length <= maxBytes) return first;
    this.#incoming.unshift(first.subarray(maxBytes));
    return first.subarray(0, maxBytes);
  }

  readonly isReadFinished = false;

  close(code: number, reason: string): void {
    this.#end ??= { name: "APPLICATION", code, reason, by: "local" };
  }
}
