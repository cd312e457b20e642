/** A sender behind a drop-tail queue of some rate, and a receiver that may lie in its `delivered`, in virtual time. */
import { PacketType } from "../packet/header.ts";
import { setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

export interface Bottleneck {
  readonly bytesPerMs: number;
  readonly queueBytes: number;
  /** One way. */
  readonly delayMs: number;
  readonly durationMs: number;
}

/** `claims-holes`: tells the truth about packet numbers, and that it has the bytes of each hole before any bitmap shows it. */
export type Receiver = "honest" | "claims-holes";

export interface BottleneckOutcome {
  readonly sentMbps: number;
  /** Of the bytes sent, how many the queue dropped. */
  readonly lostShare: number;
  readonly congestionEvents: number;
  readonly end: string | undefined;
}

const WINDOW_BYTES = 1024 * 1024;

class LyingReceiver {
  readonly #peer = new ForgedPeer();
  readonly #lies: boolean;
  readonly #received = new Set<number>();
  readonly #segments = new Map<number, number>();
  #largest = 0;
  #contiguous = 0;
  #claimed = 0;

  constructor(lies: boolean) {
    this.#lies = lies;
  }

  /** @returns its answers */
  onDatagram(datagram: Uint8Array): Uint8Array[] {
    const { header, content } = this.#peer.read(datagram);
    const before = this.#largest;
    this.#received.add(header.packetNumber);
    this.#largest = Math.max(this.#largest, header.packetNumber);
    const answers: Uint8Array[] = [];
    if (content.type === "data") {
      this.#segments.set(content.offset, content.offset + content.bytes.length);
      for (let end; (end = this.#segments.get(this.#contiguous)) !== undefined;) this.#contiguous = end;
      if (this.#lies) this.#claimed = Math.max(this.#claimed, content.offset);
      const isBehindHole = before > 0 && header.packetNumber !== before + 1;
      if (this.#lies && isBehindHole) answers.push(this.#acknowledge(before, this.#claimed));
    }
    answers.push(this.#acknowledge(this.#largest, this.#lies ? this.#claimed : this.#contiguous));
    return answers;
  }

  #acknowledge(ack: number, delivered: number): Uint8Array {
    let bits = 0;
    for (let bit = 0; bit < 32; bit += 1) if (this.#received.has(ack - 1 - bit)) bits |= 1 << bit;
    return this.#peer.ack([], { ack, ackBits: bits >>> 0, delivered, window: WINDOW_BYTES });
  }
}

/** Writes as much as is taken, for the whole duration. */
export function runBottleneck(path: Bottleneck, kind: Receiver): BottleneckOutcome {
  const sender = new Connection(setupFor("initiator", { handshakeRttMs: 2 * path.delayMs }));
  const receiver = new LyingReceiver(kind === "claims-holes");
  const chunk = new Uint8Array(64 * 1024);
  /** In order of arrival: every event lies one delay ahead of when it was made, and the queue is first in, first out. */
  const toReceiver: { readonly atMs: number; readonly datagram: Uint8Array }[] = [];
  const toSender: { readonly atMs: number; readonly datagram: Uint8Array }[] = [];
  let nowMs = 0;
  let queueFreeMs = 0;
  let sentBytes = 0;
  let lostBytes = 0;
  while (nowMs < path.durationMs && sender.end === undefined) {
    while (sender.write(chunk, nowMs) > 0);
    for (let datagram = sender.poll(nowMs); datagram !== undefined; datagram = sender.poll(nowMs)) {
      if (datagram[1] === PacketType.ACK) continue;
      sentBytes += datagram.length;
      queueFreeMs = Math.max(queueFreeMs, nowMs);
      if ((queueFreeMs - nowMs) * path.bytesPerMs + datagram.length > path.queueBytes) {
        lostBytes += datagram.length;
        continue;
      }
      queueFreeMs += datagram.length / path.bytesPerMs;
      toReceiver.push({ atMs: queueFreeMs + path.delayMs, datagram });
    }
    sender.takeEvents();
    const arrivals = [toReceiver[0]?.atMs ?? Infinity, toSender[0]?.atMs ?? Infinity];
    nowMs = Math.min(...arrivals, Math.max(sender.nextDeadlineMs() ?? Infinity, nowMs + 0.01));
    for (let first = toReceiver[0]; first !== undefined && first.atMs <= nowMs; first = toReceiver[0]) {
      toReceiver.shift();
      for (const datagram of receiver.onDatagram(first.datagram)) {
        toSender.push({ atMs: nowMs + path.delayMs, datagram });
      }
    }
    for (let first = toSender[0]; first !== undefined && first.atMs <= nowMs; first = toSender[0]) {
      toSender.shift();
      sender.receive(first.datagram, nowMs);
    }
  }
  return {
    sentMbps: (8 * sentBytes) / nowMs / 1_000,
    lostShare: lostBytes / sentBytes,
    congestionEvents: sender.stats().recovery.congestionEvents,
    end: sender.end?.name,
  };
}
