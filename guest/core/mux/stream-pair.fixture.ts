/** Two ends of an in-memory byte stream. Nothing moves until a test moves it, in pieces of its choice. */
import type { ByteStream, Role, TransportKind } from "../byte-stream.ts";
import type { CloseCodeName, ConnectionEnd } from "../connection-end.ts";
import { CloseCode } from "../connection-end.ts";
import { ByteQueue } from "../bytes/byte-queue.ts";

export class StreamEnd implements ByteStream {
  readonly transport: TransportKind = "tcp";
  readonly role: Role;
  readonly unsent = new ByteQueue();
  readonly inbox = new ByteQueue();
  readonly sendBufferBytes: number;
  isEstablished = true;
  end: ConnectionEnd | undefined;
  lastReceiptMs = 0;
  smoothedRttMs: number | undefined;
  isFinished = false;
  isPeerFinished = false;
  /** Counts that show whether mux kept its promises. */
  maxUnsentBytes = 0;

  constructor(role: Role, sendBufferBytes: number) {
    this.role = role;
    this.sendBufferBytes = sendBufferBytes;
  }

  get writableBytes(): number {
    return this.isFinished || this.end !== undefined ? 0 : this.sendBufferBytes - this.unsent.length;
  }

  get unsentBytes(): number {
    return this.unsent.length;
  }

  write(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.writableBytes);
    this.unsent.append(bytes.subarray(0, taken));
    this.maxUnsentBytes = Math.max(this.maxUnsentBytes, this.unsent.length);
    return taken;
  }

  finish(): void {
    this.isFinished = true;
  }

  get readableBytes(): number {
    return this.inbox.length;
  }

  read(maxBytes: number): Uint8Array | undefined {
    return this.inbox.read(maxBytes);
  }

  get isReadFinished(): boolean {
    return this.isPeerFinished && this.inbox.length === 0;
  }

  close(code: number, reason: string): void {
    this.endWith({ name: nameOf(code), code, reason, by: "local" });
  }

  endWith(end: ConnectionEnd): void {
    this.end ??= end;
    this.isEstablished = false;
  }
}

export class StreamPair {
  readonly initiator: StreamEnd;
  readonly responder: StreamEnd;

  constructor(sendBufferBytes = 1024 * 1024) {
    this.initiator = new StreamEnd("initiator", sendBufferBytes);
    this.responder = new StreamEnd("responder", sendBufferBytes);
  }

  /** Moves up to `maxBytes` from one end to the other. @returns how many moved */
  move(from: StreamEnd, maxBytes: number, nowMs: number): number {
    const to = from === this.initiator ? this.responder : this.initiator;
    const bytes = from.unsent.read(maxBytes);
    if (bytes !== undefined) {
      to.inbox.append(bytes);
      to.lastReceiptMs = nowMs;
    }
    if (from.unsent.length === 0) {
      if (from.isFinished) to.isPeerFinished = true;
      if (from.end?.by === "local") to.endWith({ ...from.end, by: "peer" });
    }
    return bytes?.length ?? 0;
  }
}

function nameOf(code: number): CloseCodeName {
  const names = Object.keys(CloseCode) as CloseCodeName[];
  return names.find((name) => CloseCode[name] === code) ?? "APPLICATION";
}
