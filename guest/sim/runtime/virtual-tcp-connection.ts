/** One end of a TCP connection in virtual time. */
import { SocketError } from "../../runtime/runtime.ts";
import { NO_BYTES, type SegmentObserver, TcpFlag } from "./segment-observer.ts";
import { VirtualPipe } from "./virtual-pipe.ts";
import type { SocketAddress, TcpConnection, TcpHandler } from "../../runtime/runtime.ts";
import type { Network } from "../network/network.ts";
import type { EventQueue } from "../scheduler/event-queue.ts";
import type { Segment } from "./virtual-pipe.ts";

export class VirtualTcpConnection implements TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly #network: Network;
  readonly #queue: EventQueue;
  readonly #observer: SegmentObserver | undefined;
  readonly #outgoing: VirtualPipe;
  /** Sequence numbers after the SYN: of what leaves next, and of what is awaited. */
  #nextSequence = 1;
  #awaitedSequence = 1;
  #peer: VirtualTcpConnection | undefined;
  #handler: TcpHandler | undefined;
  #isReading = true;
  readonly #unread: Segment[] = [];
  #hasEnded = false;
  #peerHasEnded = false;
  #isGone = false;

  constructor(
    local: SocketAddress,
    remote: SocketAddress,
    network: Network,
    queue: EventQueue,
    observer: SegmentObserver | undefined,
  ) {
    this.local = local;
    this.remote = remote;
    this.#network = network;
    this.#queue = queue;
    this.#observer = observer;
    this.#outgoing = new VirtualPipe(queue, {
      delayMs: (segment) => this.#send(segment),
      onSegment: (segment) => this.#peer?.receive(segment),
      onDrain: () => this.#handler?.onDrain(),
      onBroken: () => this.#vanish(new SocketError("ETIMEDOUT", `TCP connection with ${remote.host} broke`)),
    });
  }

  /** Joins the two ends of one connection. */
  static join(a: VirtualTcpConnection, b: VirtualTcpConnection): void {
    a.#peer = b;
    b.#peer = a;
  }

  setHandler(handler: TcpHandler): void {
    this.#handler = handler;
    this.#queue.schedule(this.#queue.nowMs, () => this.#read());
  }

  write(bytes: Uint8Array): boolean {
    return !this.#hasEnded && !this.#isGone && this.#outgoing.write(bytes);
  }

  /** The pipe copies. */
  get queuedBytes(): number {
    return 0;
  }

  setReading(enabled: boolean): void {
    this.#isReading = enabled;
    if (enabled) this.#queue.schedule(this.#queue.nowMs, () => this.#read());
  }

  end(): void {
    if (this.#hasEnded || this.#isGone) return;
    this.#hasEnded = true;
    this.#outgoing.end();
    this.#goneIfBothEnded();
  }

  destroy(): void {
    if (this.#isGone) return;
    this.#reset();
    this.#vanish(undefined);
  }

  /** The host lost power: no word to anybody. */
  lose(): void {
    this.#isGone = true;
    this.#handler = undefined;
    this.#outgoing.cut();
  }

  /** A segment of the peer has come, in order. */
  receive(segment: Segment): void {
    if (this.#peer !== undefined && this.#network.isHostUp(this.local.host)) {
      this.#observer?.onSegmentArriving(this.#peer.#frameOf(segment, this.#awaitedSequence));
    }
    this.#awaitedSequence += lengthOf(segment);
    if (this.#isGone) {
      // A host without power answers nothing; one that forgot the connection answers with a reset.
      if (this.#network.isHostUp(this.local.host)) this.#reset();
      return;
    }
    this.#unread.push(segment);
    this.#read();
  }

  /** @returns when it arrives, undefined if it is lost */
  #send(segment: Segment): number | undefined {
    const delayMs = this.#network.segmentDelayMs(this.local, this.remote, bytesOf(segment).length);
    this.#observer?.onSegmentSent(this.#frameOf(segment, this.#nextSequence), delayMs === undefined);
    if (delayMs !== undefined) this.#nextSequence += lengthOf(segment);
    return delayMs;
  }

  /** As it looks on the wire when this end sends it now. */
  #frameOf(segment: Segment, sequence: number) {
    const flag = segment.kind === "end" ? TcpFlag.FIN : TcpFlag.PSH;
    return this.#frame(flag | TcpFlag.ACK, sequence, bytesOf(segment));
  }

  #frame(flags: number, sequence: number, bytes: Uint8Array) {
    const { local: from, remote: to } = this;
    return { atMs: this.#queue.nowMs, from, to, flags, sequence, acknowledged: this.#awaitedSequence, bytes };
  }

  /** The peer's host took bytes of this end's out of its buffer. */
  wasRead(bytes: number): void {
    this.#outgoing.taken(bytes);
  }

  #read(): void {
    while (this.#isReading && this.#handler !== undefined && !this.#isGone) {
      const segment = this.#unread.shift();
      if (segment === undefined) return;
      if (segment.kind === "end") {
        this.#peerHasEnded = true;
        this.#handler.onEnd();
        this.#goneIfBothEnded();
      } else {
        this.#peer?.wasRead(segment.bytes.length);
        this.#handler.onBytes(segment.bytes);
      }
    }
  }

  #goneIfBothEnded(): void {
    if (!this.#hasEnded || !this.#peerHasEnded || this.#isGone) return;
    // What was written still travels: the pipe is left alone.
    this.#isGone = true;
    this.#tellClosed(undefined);
  }

  #reset(): void {
    const delayMs = this.#network.segmentDelayMs(this.local, this.remote, 0);
    const peer = this.#peer;
    const sent = this.#frame(TcpFlag.RST | TcpFlag.ACK, this.#nextSequence, NO_BYTES);
    this.#observer?.onSegmentSent(sent, delayMs === undefined);
    if (delayMs === undefined || peer === undefined) return;
    this.#queue.schedule(this.#queue.nowMs + delayMs, () => {
      if (this.#network.isHostUp(peer.local.host)) {
        this.#observer?.onSegmentArriving({ ...sent, atMs: this.#queue.nowMs });
      }
      peer.#vanish(new SocketError("ECONNRESET", `TCP connection with ${this.local.host} was reset`));
    });
  }

  #vanish(error: SocketError | undefined): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#outgoing.cut();
    this.#tellClosed(error);
  }

  #tellClosed(error: SocketError | undefined): void {
    this.#queue.schedule(this.#queue.nowMs, () => this.#handler?.onClosed(error));
  }
}

function bytesOf(segment: Segment): Uint8Array {
  return segment.kind === "bytes" ? segment.bytes : NO_BYTES;
}

/** In sequence numbers: the end takes one. */
function lengthOf(segment: Segment): number {
  return segment.kind === "bytes" ? segment.bytes.length : 1;
}
