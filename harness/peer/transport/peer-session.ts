/**
 * A connection of udp-sec from the inside, as little as an honest session needs (dsoftbus-transport.md#4-packets): every packet that asks
 * is acknowledged at once, what is lost leaves again, what arrives is read at once. A liar sends packets of its own making beside.
 */
import { join, u64 } from "../../observer/crypto/bytes.ts";
import { open } from "../../observer/crypto/primitives.ts";
import { BytesInOrder } from "../../observer/follow/stream-window.ts";
import type { PnRun } from "../../observer/wire/acknowledgement.ts";
import { readPacketContent, type ReadPacket } from "../../observer/wire/packet-content.ts";
import { type PacketFieldsSeen, readPacketFields } from "../../observer/wire/packet-fields.ts";
import type { Params } from "../../observer/wire/params.ts";
import { ackBody, closeBody, receiverState, sealedPacket } from "../../observer/wire/sealed-packet.ts";
import { TYPES, UDP_SEC_HEADER_BYTES } from "../../observer/wire/udp-header.ts";
import { Changes } from "./changes.ts";
import type { TrafficKeys } from "./noise-side.ts";
import { ReceivedPns } from "./received-pns.ts";
import { SendWindow } from "./send-window.ts";
import type { ClosedBy, StreamCarrier } from "./stream-carrier.ts";

const TICK_MS = 50;
const CLOSE_AGAIN_MS = 1_000;
const MAX_CLOSES = 3;

/** A packet; what is left out is as it truly is. */
export interface MadePacket {
  readonly type: PacketFieldsSeen["name"];
  readonly fin?: boolean;
  readonly pn?: number;
  readonly ack?: number;
  readonly ackBits?: number;
  readonly delivered?: number;
  readonly window?: number;
  readonly ackDelayUs?: number;
  /** Behind the receiver state. */
  readonly body?: Uint8Array;
  /** Instead of receiver state and body. */
  readonly plaintext?: Uint8Array;
}

export interface SessionSetup {
  readonly role: "initiator" | "responder";
  readonly ids: { readonly low: number; readonly high: number };
  readonly keys: TrafficKeys;
  readonly params: Params;
  readonly peerParams: Params;
  readonly transmit: (datagram: Uint8Array) => void;
  /** As of `Changes`. */
  readonly patienceMs?: number | undefined;
}

export class PeerSession implements StreamCarrier {
  readonly role: SessionSetup["role"];
  readonly changes: Changes;
  /** Told the stream's bytes in order, then once of its end. */
  onBytes: (bytes: Uint8Array) => void = () => undefined;
  onFinished: () => void = () => undefined;
  /** Told of each packet that opens and is new. */
  onPacket: (packet: ReadPacket) => void = () => undefined;
  /** What is wrong with the form of the first packet that opened and had none. */
  malformed: string | undefined;
  /** False: nothing more is answered or sent by itself, as by somebody who is gone; of what comes only CLOSE is noted. */
  isAnswering = true;
  /** `delivered + window`; a liar may stop raising it. */
  grantedEnd: number | undefined;
  /** Packets of the far end that opened, and the stream bytes of its highest offset. */
  heardPackets = 0;
  /** Datagrams that came, whatever they were. */
  heardDatagrams = 0;
  heardPings = 0;
  /** pn of the first that opened. */
  firstHeard: number | undefined;
  heardEnd = 0;
  peerClose: ClosedBy | undefined;
  readonly #setup: SessionSetup;
  readonly #received = new ReceivedPns();
  readonly #sending = new SendWindow();
  readonly #arrived = new BytesInOrder();
  readonly #acknowledged = new Set<number>();
  readonly #timer: NodeJS.Timeout;
  #nextPn = 1;
  #owesAck = false;
  #creditEnd: number;
  #peerDelivered = 0;
  #finalSize: number | undefined;
  #hasToldEnd = false;
  #closes = 0;
  #lastCloseMs = 0;
  #ownClose: ClosedBy | undefined;

  constructor(setup: SessionSetup) {
    this.#setup = setup;
    this.changes = new Changes(setup.patienceMs);
    this.role = setup.role;
    this.#creditEnd = setup.peerParams.window;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  get keys(): TrafficKeys {
    return this.#setup.keys;
  }

  /** Largest pn of the far end's that arrived. */
  get largestHeard(): number {
    return this.#received.report(0).ack;
  }

  get sentEnd(): number {
    return this.#sending.sentEnd;
  }

  get creditEnd(): number {
    return this.#creditEnd;
  }

  get peerDelivered(): number {
    return this.#peerDelivered;
  }

  get deliveredEnd(): number {
    return this.#arrived.end;
  }

  get hasFinishedReading(): boolean {
    return this.#finalSize === this.#arrived.end;
  }

  /** All that was written has arrived at the far end. */
  get isSettled(): boolean {
    return this.#sending.isIdle && this.#peerDelivered >= this.#sending.sentEnd;
  }

  get isFinishedBothWays(): boolean {
    return this.hasFinishedReading && this.#sending.isFinAcknowledged;
  }

  /** Whatever congestion control would say. */
  set packetsInFlight(most: number) {
    this.#sending.maxInFlight = most;
  }

  isAcknowledged(pn: number): boolean {
    return this.#acknowledged.has(pn);
  }

  write(bytes: Uint8Array): void {
    this.#sending.write(bytes);
    this.#flush();
  }

  finish(): void {
    this.#sending.finish();
    this.#flush();
  }

  /** Closes, and again until the far end does or three have left; who has answered a CLOSE has closed already. */
  close(code: number, reason = ""): void {
    if (this.peerClose !== undefined) return;
    this.#ownClose = { code, reason };
    this.#sendClose();
  }

  /** @returns the datagram of a packet, which has not left */
  seal(packet: MadePacket): { readonly pn: number; readonly datagram: Uint8Array } {
    const { type, fin = false, plaintext } = packet;
    const report = this.#received.report(performance.now());
    const pn = packet.pn ?? this.#nextPn;
    this.#nextPn = Math.max(this.#nextPn, pn + 1);
    const ack = packet.ack ?? report.ack;
    const ackBits = packet.ackBits ?? report.ackBits;
    const delivered = packet.delivered ?? this.#arrived.end;
    const grantedEnd = this.grantedEnd ?? this.#arrived.end + this.#setup.params.window;
    const window = packet.window ?? (type === "CLOSE" ? 0 : grantedEnd - this.#arrived.end);
    const state = receiverState({ delivered, window, ackDelayUs: packet.ackDelayUs ?? report.ackDelayUs });
    const header = { typ: TYPES[type], flags: fin ? 1 : 0, ...this.#setup.ids, pn, ack, ackBits };
    const text = plaintext ?? join(state, packet.body ?? join());
    return { pn, datagram: sealedPacket(this.#setup.keys.seal, header, text) };
  }

  /** @returns its pn */
  send(packet: MadePacket): number {
    const { pn, datagram } = this.seal(packet);
    this.transmit(datagram);
    return pn;
  }

  transmit(datagram: Uint8Array): void {
    this.#setup.transmit(datagram);
  }

  take(datagram: Uint8Array): void {
    this.heardDatagrams += 1;
    const fields = readPacketFields(datagram).value;
    if (fields === undefined) return;
    const clear = datagram.subarray(0, UDP_SEC_HEADER_BYTES);
    const plaintext = open(this.#setup.keys.open, fields.pn, clear, datagram.subarray(UDP_SEC_HEADER_BYTES));
    const content = plaintext === undefined ? undefined : readPacketContent(fields, plaintext);
    this.malformed ??= content?.malformed?.text;
    const packet = content?.value;
    if (packet === undefined) return;
    if (!this.isAnswering) this.#overhear(packet);
    else if (this.#received.add(packet.pn, performance.now())) this.#takeNew(packet);
    this.changes.notify();
  }

  /** The last of it: no timer, no packet. */
  end(): void {
    clearInterval(this.#timer);
    this.isAnswering = false;
  }

  /** Who plays dead notices all the same whether the far end closes. */
  #overhear({ body }: ReadPacket): void {
    if (body.kind === "CLOSE") this.peerClose ??= { code: body.code, reason: body.reason };
  }

  #takeNew(packet: ReadPacket): void {
    const { body, named, delivered, window } = packet;
    this.onPacket(packet);
    this.heardPackets += 1;
    this.firstHeard ??= packet.pn;
    this.#sending.acknowledged(named);
    this.#noteAcknowledged(named);
    this.#peerDelivered = Math.max(this.#peerDelivered, delivered);
    switch (body.kind) {
      case "CLOSE":
        this.#takeClose(body);
        return;
      case "DATA":
        this.#owesAck = true;
        this.#takeData(body.offset, body.bytes, body.fin);
        break;
      case "PING":
        this.heardPings += 1;
        this.#owesAck = true;
        break;
      case "ACK":
        break;
    }
    this.#creditEnd = Math.max(this.#creditEnd, delivered + window);
    this.#flush();
  }

  /** Of what was sent, whatever else is named. */
  #noteAcknowledged(named: readonly PnRun[]): void {
    for (const { first, last } of named) {
      for (let pn = Math.max(1, first); pn <= Math.min(last, this.#nextPn - 1); pn += 1) this.#acknowledged.add(pn);
    }
  }

  #takeData(offset: number, bytes: Uint8Array, fin: boolean): void {
    const end = offset + bytes.length;
    this.heardEnd = Math.max(this.heardEnd, end);
    if (fin) this.#finalSize ??= end;
    for (const part of this.#arrived.put(offset, bytes)) this.onBytes(part);
    if (this.#hasToldEnd || !this.hasFinishedReading) return;
    this.#hasToldEnd = true;
    this.onFinished();
  }

  /** Who hears CLOSE answers once, unless it has closed itself or was refused; then it is over. */
  #takeClose({ code, reason }: ClosedBy): void {
    this.peerClose ??= { code, reason };
    const isRefusal = this.role === "initiator" && this.heardPackets === 1;
    if (this.#ownClose === undefined && !isRefusal) this.send({ type: "CLOSE", body: closeBody(0, join()) });
    this.end();
  }

  #flush(): void {
    if (!this.isAnswering || this.#ownClose !== undefined) return;
    for (let next = this.#sending.next(this.#creditEnd); next; next = this.#sending.next(this.#creditEnd)) {
      const { offset, bytes, fin } = next;
      this.#sending.sent(this.send({ type: "DATA", fin, body: join(u64(offset), bytes) }), next, performance.now());
      this.#owesAck = false;
    }
    if (!this.#owesAck) return;
    this.#owesAck = false;
    this.send({ type: "ACK", body: ackBody(this.#received.ranges()) });
  }

  #tick(): void {
    const now = performance.now();
    if (this.#ownClose === undefined) this.#sending.tick(now);
    else if (this.#closes < MAX_CLOSES && now - this.#lastCloseMs > CLOSE_AGAIN_MS) this.#sendClose();
    this.#flush();
  }

  #sendClose(): void {
    const { code, reason } = this.#ownClose ?? { code: 0, reason: "" };
    this.#closes += 1;
    this.#lastCloseMs = performance.now();
    this.send({ type: "CLOSE", body: closeBody(code, Buffer.from(reason)) });
  }
}
