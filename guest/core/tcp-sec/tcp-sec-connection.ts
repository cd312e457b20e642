/**
 * One TCP connection as an authenticated byte stream (dsoftbus-transport.md#10-tcp-transport), sans-IO: bytes of TCP in,
 * bytes for TCP out.
 *
 * The driver calls `receiveBytes` and `receiveEnd` as TCP delivers, hands `takeOutput` to TCP while it takes more, and calls
 * `poll` at `nextDeadlineMs`. After any of these, and after stream calls: take events, follow `wantsToRead`, `outputFinished`
 * (end the TCP side) and `isDead` (drop the connection).
 */
import type { ByteStream, Role } from "../byte-stream.ts";
import { ReadQueue } from "../bytes/read-queue.ts";
import { checkClose, CloseCode, endByCode } from "../connection-end.ts";
import type { ConnectionEnd } from "../connection-end.ts";
import { EndpointBudget } from "../endpoint-budget.ts";
import type { CipherState } from "../noise/cipher-state.ts";
import { NoiseError } from "../noise/noise-error.ts";
import { MAX_TCP_RECORD_BYTES, MIN_RECORD_BYTES } from "./constants.ts";
import type { AcceptPolicy, Peer } from "../identity/peer.ts";
import { type HandshakeSide, TcpHandshake } from "./handshake.ts";
import { DEFAULT_TCP_SEC_LIMITS, type TcpSecLimits } from "./limits.ts";
import { MessageInbox } from "./message-inbox.ts";
import type { Phase, QuietEnd } from "./phase.ts";
import { decodeRecord, type TcpRecord } from "./record.ts";
import { SendSide } from "./send-side.ts";
import type { TcpSecEvent } from "./tcp-sec-event.ts";
import { TcpSecEvents } from "./tcp-sec-event.ts";
import type { TcpSecOptions } from "./tcp-sec-options.ts";
import type { TcpSecStats } from "./tcp-sec-stats.ts";

export class TcpSecConnection implements ByteStream {
  readonly transport = "tcp";
  readonly role: Role;
  readonly #options: TcpSecOptions;
  readonly #limits: TcpSecLimits;
  readonly #budget: EndpointBudget;
  readonly #send: SendSide;
  readonly #inbox: MessageInbox;
  readonly #unread = new ReadQueue();
  readonly #events = new TcpSecEvents();
  #phase: Phase;
  #peer: Peer | undefined;
  #traceName = "";
  #isPeerFinished = false;
  #isInputEnded = false;
  #isDead = false;
  /** Of the budget: W while it lives, then what is unread. */
  #reservedBytes = 0;
  /** Responder: when it stops waiting for the initiator to end TCP after both FINs. */
  #finDeadlineMs: number | undefined;
  #lastReceiptMs: number;
  #bytesIn = 0;
  #bytesOut = 0;
  #recordsOpened = 0;

  /**
   * @param peer whom to dial: the dialler holds its static key (dsoftbus-transport.md#2-device-identity)
   * @throws NoiseError if no handshake is possible with that key
   */
  static initiator(options: TcpSecOptions & { readonly peer: Peer }): TcpSecConnection {
    return new TcpSecConnection({ role: "initiator", peer: options.peer }, options);
  }

  static responder(options: TcpSecOptions & { readonly accept: AcceptPolicy }): TcpSecConnection {
    const { accept, takeHandshake } = options;
    return new TcpSecConnection({ role: "responder", accept, takeHandshake }, options);
  }

  private constructor(side: HandshakeSide, options: TcpSecOptions) {
    this.role = side.role;
    this.#options = options;
    this.#limits = { ...DEFAULT_TCP_SEC_LIMITS, ...options.limits };
    this.#budget = options.budget ?? new EndpointBudget();
    this.#send = new SendSide(this.#limits, this.#budget);
    this.#inbox = new MessageInbox(this.#budget.blocks);
    this.#lastReceiptMs = options.nowMs;
    const handshake = new TcpHandshake(side, options);
    const deadlineMs = options.nowMs + this.#limits.handshakeTimeoutMs;
    this.#phase = { name: "handshake", handshake, deadlineMs };
    if (side.role === "initiator") this.#send.queueHandshakeMessage(handshake.start());
  }

  get isEstablished(): boolean {
    return this.#phase.name === "established";
  }

  get end(): ConnectionEnd | undefined {
    return this.#phase.name === "ended" ? this.#phase.end : undefined;
  }

  /** Who the peer proved to be; undefined until established. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  get lastReceiptMs(): number {
    return this.#lastReceiptMs;
  }

  write(bytes: Uint8Array, _nowMs: number): number {
    return this.isEstablished ? this.#send.write(bytes) : 0;
  }

  get writableBytes(): number {
    return this.isEstablished ? this.#send.writableBytes : 0;
  }

  get unsentBytes(): number {
    return this.#send.unsentBytes;
  }

  /** TCP doesn't tell. */
  get smoothedRttMs(): undefined {
    return undefined;
  }

  finish(nowMs: number): void {
    if (!this.isEstablished) return;
    this.#send.finish();
    this.#followFins(nowMs);
  }

  get readableBytes(): number {
    return this.#unread.readableBytes;
  }

  read(maxBytes: number, nowMs: number): Uint8Array | undefined {
    const bytes = this.#unread.readSome(maxBytes);
    if (bytes === undefined) return undefined;
    if (this.#phase.name === "ended") this.#releaseToUnread();
    this.#decode(nowMs);
    return bytes;
  }

  get isReadFinished(): boolean {
    return this.#isPeerFinished && this.#unread.readableBytes === 0;
  }

  close(code: number, reason: string, nowMs: number): void {
    checkClose(code, reason);
    if (this.#phase.name === "ended") return;
    this.#endWithClose(code, reason, nowMs);
  }

  /** False while W is full, and after the end but for waiting for TCP's. */
  get wantsToRead(): boolean {
    if (this.#isInputEnded || this.#isDead) return false;
    return this.#phase.name === "ended" || this.#unread.readableBytes < this.#limits.windowBytes;
  }

  /** @param bytes that TCP delivered; handed over: nobody changes them afterwards */
  receiveBytes(bytes: Uint8Array, nowMs: number): void {
    this.#bytesIn += bytes.length;
    if (this.#phase.name === "ended" || this.#isInputEnded) return;
    if (this.#inbox.length + bytes.length > this.#limits.undecodedBytes) {
      return this.#fail("FLOW_CONTROL", "delivered though reading had stopped", nowMs);
    }
    this.#inbox.append(bytes);
    this.#decode(nowMs);
  }

  /** The peer ended its side of TCP, or TCP failed: nothing more will come. */
  receiveEnd(nowMs: number): void {
    this.#isInputEnded = true;
    this.#decode(nowMs);
  }

  /** Fills the beginning of `target` with what waits for TCP. @returns how many bytes that is, 0 if none wait */
  fillOutput(target: Uint8Array, nowMs: number): number {
    return this.#noteOutput(this.#send.fill(target), nowMs);
  }

  /** @returns the next message for TCP, or as much of it as `maxBytes`, in a new array; undefined if none waits */
  takeOutput(maxBytes: number, nowMs: number): Uint8Array | undefined {
    const bytes = this.#send.take(maxBytes);
    this.#noteOutput(bytes?.length ?? 0, nowMs);
    return bytes;
  }

  /** Everything was taken and nothing more will come: the driver ends its side of TCP. */
  get outputFinished(): boolean {
    return this.#phase.name === "ended" && this.#send.isEmpty;
  }

  /** The driver drops the TCP connection: there is nothing left to say, or the time to say it is over. */
  get isDead(): boolean {
    return this.#isDead;
  }

  nextDeadlineMs(): number | undefined {
    if (this.isDead) return undefined;
    return this.#phase.name === "established" ? this.#finDeadlineMs : this.#phase.deadlineMs;
  }

  poll(nowMs: number): void {
    const deadlineMs = this.nextDeadlineMs();
    if (deadlineMs === undefined || nowMs < deadlineMs) return;
    if (this.#phase.name === "ended") this.#isDead = true;
    else if (this.#phase.name === "established") this.#endInOrder(nowMs);
    else this.#endQuietly("HANDSHAKE_TIMEOUT", "", "local", nowMs);
  }

  /** What happened since the last call; `closed` is the last event of all. */
  takeEvents(): TcpSecEvent[] {
    return this.#events.take(this.#peer, this.end);
  }

  stats(): TcpSecStats {
    const { name } = this.#phase;
    return {
      state: name === "awaiting-accept" ? "handshake" : name,
      sendBufferedBytes: this.#send.bufferedBytes,
      unreadBytes: this.#unread.readableBytes,
      undecodedBytes: this.#inbox.length,
      heldBytes: this.#send.heldBytes + this.#unread.heldBytes + this.#inbox.heldBytes,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      recordsOpened: this.#recordsOpened,
    };
  }

  #noteOutput(count: number, nowMs: number): number {
    this.#bytesOut += count;
    if (this.isEstablished && this.#send.takeWritable()) this.#events.note("writable");
    this.#followFins(nowMs);
    return count;
  }

  #decode(nowMs: number): void {
    while (this.#decodeOne(nowMs));
    if (this.#phase.name === "ended") return this.#inbox.clear();
    const isBlocked = this.isEstablished && this.#unread.readableBytes >= this.#limits.windowBytes;
    if (this.#isInputEnded && !isBlocked) this.#onInputEnd(nowMs);
  }

  /** @returns whether there may be more */
  #decodeOne(nowMs: number): boolean {
    const phase = this.#phase;
    if (phase.name === "ended" || this.#unread.readableBytes >= this.#limits.windowBytes) return false;
    const next =
      phase.name === "handshake"
        ? this.#inbox.next(phase.handshake.expectedBytes, phase.handshake.expectedBytes)
        : this.#inbox.next(MIN_RECORD_BYTES, MAX_TCP_RECORD_BYTES);
    if (next.kind === "incomplete") return false;
    if (next.kind === "bad-length") {
      this.#fail("PROTOCOL", `a message of ${next.lengthBytes} bytes`, nowMs);
      return false;
    }
    if (phase.name === "handshake") this.#onHandshakeMessage(phase.handshake, phase.deadlineMs, next.bytes, nowMs);
    else this.#onSealed(phase.receive, next.bytes, nowMs);
    return true;
  }

  #onHandshakeMessage(handshake: TcpHandshake, deadlineMs: number, message: Uint8Array, nowMs: number): void {
    const step = handshake.receive(message, nowMs);
    switch (step.kind) {
      case "reply":
        return this.#send.queueHandshakeMessage(step.message);
      case "failed":
        return this.#endQuietly("AUTH", step.reason, "local", nowMs);
      case "over-rate":
        return this.#endQuietly("BUSY", "too many handshakes from its address", "local", nowMs);
      case "refused":
        this.#takeKeys(handshake).wipe();
        return this.#endWithClose(CloseCode.AUTH, step.reason, nowMs, "");
      case "done": {
        if (!this.#budget.reserveReceive(this.#limits.windowBytes)) return this.#refuseForMemory(handshake, nowMs);
        this.#reservedBytes = this.#limits.windowBytes;
        const receive = this.#takeKeys(handshake);
        if (this.role === "responder") return this.#establish(receive, step.peer, nowMs);
        if (step.message !== undefined) this.#send.queueHandshakeMessage(step.message);
        this.#phase = { name: "awaiting-accept", receive, peer: step.peer, deadlineMs };
      }
    }
  }

  /** The responder says so; the initiator has nothing to say yet, and just leaves. */
  #refuseForMemory(handshake: TcpHandshake, nowMs: number): void {
    const reason = "no memory left for its window";
    if (this.role === "initiator") return this.#endQuietly("BUSY", reason, "local", nowMs);
    this.#takeKeys(handshake).wipe();
    this.#endWithClose(CloseCode.BUSY, reason, nowMs, "");
  }

  #releaseToUnread(): void {
    const kept = Math.min(this.#reservedBytes, this.#unread.readableBytes);
    this.#budget.releaseReceive(this.#reservedBytes - kept);
    this.#reservedBytes = kept;
  }

  /** @returns the receiving half; the other is the sender's */
  #takeKeys(handshake: TcpHandshake): CipherState {
    const { send, receive, hashHex } = handshake.split(this.#options.keyLog);
    this.#traceName = hashHex.slice(0, 16);
    this.#send.setCipher(send);
    return receive;
  }

  #establish(receive: CipherState, peer: Peer, nowMs: number): void {
    this.#phase = { name: "established", receive };
    this.#peer = peer;
    this.#lastReceiptMs = nowMs;
    if (this.role === "responder") this.#send.queueRecord({ kind: "accept" });
    this.#events.note("established");
    this.#traceState("established", nowMs);
  }

  #onSealed(receive: CipherState, sealed: Uint8Array, nowMs: number): void {
    let plaintext: Uint8Array;
    try {
      plaintext = receive.decryptWithAd(NO_ASSOCIATED_DATA, sealed);
    } catch (error) {
      if (!(error instanceof NoiseError)) throw error;
      return this.#fail("PROTOCOL", "a record does not open", nowMs);
    }
    this.#recordsOpened += 1;
    this.#lastReceiptMs = nowMs;
    const record = decodeRecord(plaintext);
    if (record === undefined) return this.#fail("PROTOCOL", "a malformed record", nowMs);
    this.#onRecord(record, nowMs);
  }

  #onRecord(record: TcpRecord, nowMs: number): void {
    if (record.kind === "close") {
      this.#send.clear();
      return this.#enterEnd(endByCode(record.code, record.reason, "peer"), nowMs);
    }
    if (this.#phase.name === "awaiting-accept") {
      if (record.kind !== "accept") return this.#fail("PROTOCOL", `${record.kind} before ACCEPT`, nowMs);
      return this.#establish(this.#phase.receive, this.#phase.peer, nowMs);
    }
    if (record.kind === "accept") return this.#fail("PROTOCOL", "an ACCEPT that nobody waits for", nowMs);
    if (this.#isPeerFinished) return this.#fail("PROTOCOL", `${record.kind} after FIN`, nowMs);
    if (record.kind === "fin") {
      this.#isPeerFinished = true;
      this.#followFins(nowMs);
    } else {
      this.#unread.push(record.bytes);
    }
    this.#events.note("readable");
  }

  /** After both FINs the initiator ends TCP, the responder after reading that end (dsoftbus-transport.md#10-tcp-transport). */
  #followFins(nowMs: number): void {
    if (!this.isEstablished || !this.#isPeerFinished || !this.#send.isFinished) return;
    if (this.role === "initiator" || this.#isInputEnded) this.#endInOrder(nowMs);
    else this.#finDeadlineMs ??= nowMs + this.#limits.lingerMs;
  }

  #onInputEnd(nowMs: number): void {
    this.#followFins(nowMs);
    if (this.#phase.name !== "ended") this.#endQuietly("TRUNCATED", "", "peer", nowMs);
  }

  #endInOrder(nowMs: number): void {
    const by = this.role === "initiator" ? "local" : "peer";
    // Nothing waits any more, FIN has left: what goes is the key.
    this.#send.clear();
    this.#enterEnd({ name: "NO_ERROR", code: undefined, reason: "", by }, nowMs);
  }

  /** Nothing can be said any more, or should be. */
  #endQuietly(name: QuietEnd, reason: string, by: ConnectionEnd["by"], nowMs: number): void {
    this.#send.clear();
    this.#enterEnd({ name, code: undefined, reason, by }, nowMs);
    this.#isDead = true;
  }

  #fail(name: "PROTOCOL" | "FLOW_CONTROL", reason: string, nowMs: number): void {
    if (this.#phase.name === "handshake" && !this.#send.hasCipher) {
      return this.#endQuietly(name === "FLOW_CONTROL" ? "PROTOCOL" : name, reason, "local", nowMs);
    }
    this.#endWithClose(CloseCode[name], reason, nowMs);
  }

  /** @param told the reason that the peer hears: none for a refusal, from which a stranger should learn nothing */
  #endWithClose(code: number, reason: string, nowMs: number, told = reason): void {
    this.#send.close({ kind: "close", code, reason: told });
    this.#enterEnd(endByCode(code, reason, "local"), nowMs);
  }

  #enterEnd(end: ConnectionEnd, nowMs: number): void {
    if (this.#phase.name === "handshake") this.#phase.handshake.wipe();
    else if (this.#phase.name !== "ended") this.#phase.receive.wipe();
    this.#phase = { name: "ended", end, deadlineMs: nowMs + this.#limits.lingerMs };
    this.#inbox.clear();
    this.#releaseToUnread();
    this.#events.note("closed");
    this.#traceState("closed", nowMs);
  }

  #traceState(state: string, nowMs: number): void {
    this.#options.trace?.event(nowMs, "connectivity:connection_state_updated", this.#traceName, {
      transport: "tcp",
      new: state,
      ...(this.end === undefined ? {} : { end: this.end.name, by: this.end.by }),
    });
  }
}

const NO_ASSOCIATED_DATA = new Uint8Array(0);
