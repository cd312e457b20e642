/**
 * A peer that passed the handshake and then makes its packets as it likes: same keys, own codec, none of the core's state
 * machines. Base of the adversaries.
 */
import type {
  Aead,
  ConnectionEnd,
  ConnectionSetup,
  DropReason,
  LocalEndName,
  Role,
  TransportConnection,
  TransportEvent,
} from "../../core/index.ts";

const HEADER_BYTES = 26;
const STATE_BYTES = 16;
export const FORGED = { DATA: 0x10, ACK: 0x11, PING: 0x12, CLOSE: 0x13 } as const;
const CLOSE = FORGED.CLOSE;

/** Its victim was silent for so long: the attack is over. */
const GIVES_UP_AFTER_MS = 20_000;

export interface ForgedPacket {
  readonly type: number;
  readonly flags?: number;
  readonly pn: number;
  readonly ack?: number;
  readonly ackBits?: number;
  readonly delivered?: number;
  readonly window?: number;
  /** After the receiver state. */
  readonly body?: Uint8Array;
}

export interface OpenedByForger {
  readonly type: number;
  readonly pn: number;
  readonly plaintext: Uint8Array;
}

export abstract class ForgedConnection implements TransportConnection {
  readonly transport = "udp-sec";
  readonly role: Role;
  readonly writableBytes = 0;
  readonly unsentBytes = 0;
  readonly smoothedRttMs = undefined;
  readonly readableBytes = 0;
  readonly isReadFinished = false;
  lastReceiptMs: number;
  openedPackets = 0;
  #end: ConnectionEnd | undefined;
  #events: TransportEvent[] = [];
  readonly #outgoing: Uint8Array[] = [];
  readonly #sessionId: Uint8Array;
  readonly #sending: Aead;
  readonly #receiving: Aead;
  protected nextPn = 1;

  constructor(setup: ConnectionSetup) {
    this.role = setup.role;
    this.lastReceiptMs = setup.nowMs;
    this.#sessionId = setup.sessionId.slice();
    this.#sending = setup.crypto.chacha20Poly1305(setup.sendKey.slice());
    this.#receiving = setup.crypto.chacha20Poly1305(setup.receiveKey.slice());
  }

  /** What it does with a packet of its victim. */
  protected abstract onPacket(packet: OpenedByForger, nowMs: number): void;
  /** Called before each poll. */
  protected onTime(_nowMs: number): void {
    // Most adversaries only react.
  }

  nextDeadlineMs(): number | undefined {
    if (this.#outgoing.length > 0) return this.lastReceiptMs;
    return this.#end === undefined ? this.lastReceiptMs + GIVES_UP_AFTER_MS : undefined;
  }

  protected forge(packet: ForgedPacket): void {
    const body = packet.body ?? new Uint8Array(0);
    const plaintext = new Uint8Array(STATE_BYTES + body.length);
    const state = new DataView(plaintext.buffer);
    state.setBigUint64(0, BigInt(packet.delivered ?? 0), true);
    state.setUint32(8, packet.window ?? 262_144, true);
    plaintext.set(body, STATE_BYTES);
    const header = new Uint8Array(HEADER_BYTES);
    const view = new DataView(header.buffer);
    header.set([1, packet.type, packet.flags ?? 0, 0]);
    header.set(this.#sessionId, 4);
    view.setUint32(12, packet.pn, true);
    view.setUint32(16, packet.ack ?? 0, true);
    view.setUint32(20, packet.ackBits ?? 0, true);
    view.setUint16(24, plaintext.length + 16, true);
    const datagram = new Uint8Array(HEADER_BYTES + plaintext.length + 16);
    datagram.set(header);
    datagram.set(this.#sending.seal(nonceOf(packet.pn), header, plaintext), HEADER_BYTES);
    this.#outgoing.push(datagram);
  }

  receive(datagram: Uint8Array, nowMs: number): DropReason | undefined {
    const header = datagram.slice(0, HEADER_BYTES);
    const view = new DataView(header.buffer);
    const pn = view.getUint32(12, true);
    const plaintext = this.#receiving.open(nonceOf(pn), header, datagram.slice(HEADER_BYTES));
    if (plaintext === undefined) return "failed-open";
    this.lastReceiptMs = nowMs;
    this.openedPackets += 1;
    const type = view.getUint8(1);
    if (type === CLOSE) {
      const code = new DataView(plaintext.buffer, plaintext.byteOffset).getUint16(STATE_BYTES, true);
      this.#endWith({ name: "UNKNOWN", code, reason: "", by: "peer" });
    } else {
      this.onPacket({ type, pn, plaintext }, nowMs);
    }
    return undefined;
  }

  poll(nowMs: number): Uint8Array | undefined {
    if (this.#end === undefined) this.onTime(nowMs);
    if (nowMs >= this.lastReceiptMs + GIVES_UP_AFTER_MS) this.endLocally("IDLE", nowMs);
    return this.#outgoing.shift();
  }

  takeEvents(): readonly TransportEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  get isEstablished(): boolean {
    return this.#end === undefined;
  }

  get end(): ConnectionEnd | undefined {
    return this.#end;
  }

  get isDrained(): boolean {
    return this.#end !== undefined && this.#outgoing.length === 0;
  }

  sendPing(_nowMs: number): void {
    this.forge({ type: FORGED.PING, pn: this.nextPn++ });
  }

  endLocally(name: LocalEndName, _nowMs: number): void {
    this.#endWith({ name, code: undefined, reason: "", by: "local" });
  }

  close(): void {
    this.#endWith({ name: "NO_ERROR", code: 0, reason: "", by: "local" });
  }

  write(): number {
    return 0;
  }

  finish(): void {
    // An adversary writes what it wants, when it wants.
  }

  read(): undefined {
    return undefined;
  }

  stats(): unknown {
    return {};
  }

  #endWith(end: ConnectionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#events.push({ type: "closed", end });
  }
}

function nonceOf(pn: number): Uint8Array {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(4, pn, true);
  return nonce;
}
