/**
 * A connection without recovery, for tests of the endpoint: it seals and opens real packets, answers nothing by itself, and
 * records what the endpoint asked of it.
 */
import { CloseCode, type CloseCodeName, type ConnectionEnd, type LocalEndName } from "../../connection-end.ts";
import { concatBytes } from "../../bytes/concat.ts";
import { readU16, readU32 } from "../../bytes/reader.ts";
import { writeU32 } from "../../bytes/writer.ts";
import type { ConnectionSetup } from "../connection/connection-setup.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { encodeHeader, PACKET_HEADER_BYTES, PacketType, type PacketTypeCode, parseHeader } from "../packet/header.ts";
import type { TransportConnection, TransportEvent } from "../connection/transport-connection.ts";

const RECEIVER_STATE_BYTES = 16;

export class StandInConnection implements TransportConnection {
  readonly transport = "udp-sec";
  readonly role;
  readonly setup: ConnectionSetup;
  readonly unsentBytes = 0;
  readonly smoothedRttMs = undefined;
  readonly isReadFinished = false;
  readonly writableBytes = 1024;
  end: ConnectionEnd | undefined;
  openedPackets = 0;
  isDrained = false;
  lastReceiptMs = 0;
  /** What `nextDeadlineMs` says, until `poll` finds it passed. */
  deadlineMs: number | undefined;
  polls = 0;
  #packetNumber = 0;
  #outbox: Uint8Array[] = [];
  #inbox: Uint8Array[] = [];
  #events: TransportEvent[] = [];

  constructor(setup: ConnectionSetup) {
    this.setup = setup;
    this.role = setup.role;
    if (!setup.budget.reserveReceive(setup.localParameters.windowBytes)) throw new Error("no budget");
  }

  get isEstablished(): boolean {
    return this.end === undefined;
  }

  get readableBytes(): number {
    return this.#inbox.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  receive(datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const header = parseHeader(datagram);
    if (typeof header === "string") return header;
    const aead = this.setup.crypto.chacha20Poly1305(this.setup.receiveKey);
    const plaintext = aead.open(
      nonce(header.packetNumber),
      datagram.subarray(0, PACKET_HEADER_BYTES),
      datagram.subarray(PACKET_HEADER_BYTES),
    );
    if (plaintext === undefined) return "failed-open";
    this.openedPackets += 1;
    this.lastReceiptMs = nowMs;
    const content = plaintext.subarray(RECEIVER_STATE_BYTES);
    if (header.type === PacketType.CLOSE) {
      const code = readU16(content, 0);
      const names = Object.keys(CloseCode) as CloseCodeName[];
      const name = names.find((candidate) => CloseCode[candidate] === code) ?? "PROTOCOL";
      this.#finish({ name, code, reason: new TextDecoder().decode(content.subarray(3)), by: "peer" });
    } else if (header.type === PacketType.DATA) {
      this.#inbox.push(content);
      this.#events.push({ type: "readable" }, { type: "readable" });
    }
    return undefined;
  }

  poll(nowMs: number): Uint8Array | undefined {
    this.polls += 1;
    if (this.deadlineMs !== undefined && nowMs >= this.deadlineMs) {
      this.deadlineMs = undefined;
      this.#outbox.push(this.#seal(PacketType.PING, new Uint8Array(0)));
    }
    return this.#outbox.shift();
  }

  nextDeadlineMs(): number | undefined {
    return this.deadlineMs;
  }

  takeEvents(): TransportEvent[] {
    return this.#events.splice(0);
  }

  sendPing(): void {
    this.#outbox.push(this.#seal(PacketType.PING, new Uint8Array(0)));
  }

  write(bytes: Uint8Array): number {
    this.#outbox.push(this.#seal(PacketType.DATA, bytes));
    return bytes.length;
  }

  finish(): void {
    this.sendPing();
  }

  read(): Uint8Array | undefined {
    return this.#inbox.shift();
  }

  close(code: number, reason: string): void {
    const content = concatBytes(Uint8Array.of(code, 0, reason.length), new TextEncoder().encode(reason));
    this.#outbox.push(this.#seal(PacketType.CLOSE, content));
    this.#finish({ name: "APPLICATION", code, reason, by: "local" });
    this.isDrained = false;
  }

  endLocally(name: LocalEndName): void {
    this.#finish({ name, code: undefined, reason: "", by: "local" });
  }

  stats(): { polls: number } {
    return { polls: this.polls };
  }

  #finish(end: ConnectionEnd): void {
    if (this.end !== undefined) return;
    this.end = end;
    this.isDrained = true;
    this.setup.budget.releaseReceive(this.setup.localParameters.windowBytes);
    this.#events.push({ type: "closed", end });
  }

  #seal(type: PacketTypeCode, content: Uint8Array): Uint8Array {
    this.#packetNumber += 1;
    const plaintext = concatBytes(new Uint8Array(RECEIVER_STATE_BYTES), content);
    const header = encodeHeader({
      type,
      flags: 0,
      sessionLow: readU32(this.setup.sessionId, 0),
      sessionHigh: readU32(this.setup.sessionId, 4),
      packetNumber: this.#packetNumber,
      ack: 0,
      ackBits: 0,
      bodyBytes: plaintext.length + 16,
    });
    const aead = this.setup.crypto.chacha20Poly1305(this.setup.sendKey);
    return concatBytes(header, aead.seal(nonce(this.#packetNumber), header, plaintext));
  }
}

function nonce(packetNumber: number): Uint8Array {
  const bytes = new Uint8Array(12);
  writeU32(bytes, 4, packetNumber);
  return bytes;
}
