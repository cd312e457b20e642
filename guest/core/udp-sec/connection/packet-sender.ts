/**
 * What leaves next: the order of dsoftbus-transport.md#5-acknowledgement-and-recovery, and the way from a stretch of the
 * stream to a datagram.
 */
import type { ConnectionParts } from "./connection-parts.ts";
import type { PacketTypeCode } from "../packet/header.ts";
import { FLAG_FIN, PacketType } from "../packet/header.ts";
import { writeRanges } from "../packet/packet-content.ts";
import { DATA_OVERHEAD_BYTES, MAX_DATA_BYTES, MIN_PACKET_BYTES } from "../packet/packet-sizes.ts";
import type { StreamSegment } from "../stream/send-stream.ts";

/**
 * A pure receiver asks for an acknowledgement of its own after so many ACK packets
 * (dsoftbus-transport.md#5-acknowledgement-and-recovery).
 */
const ACKS_BEFORE_PING = 64;
/** ACK packets made within one receive batch wait for its end; what a larger batch would add is told there at once. */
const MAX_BATCH_ACKS = 4;
const PROBES_PER_EXPIRY = 2;

const NO_SEGMENT: StreamSegment = { offset: 0, length: 0, isFin: false };

export class PacketSender {
  readonly #parts: ConnectionParts;
  #batchAcks: Uint8Array[] = [];
  #pendingProbes = 0;
  #isPingPending = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Sealed datagrams that wait for the next `poll`. */
  get heldBytes(): number {
    let held = 0;
    for (const datagram of this.#batchAcks) held += datagram.length;
    return held;
  }

  get hasPendingProbes(): boolean {
    return this.#pendingProbes > 0;
  }

  /** The probe timeout expired: one packet, two if there is data to probe with. */
  requestProbes(): void {
    const hasData = this.#parts.sendStream.next(1) !== undefined || this.#repeatable(0) !== undefined;
    this.#pendingProbes = hasData ? PROBES_PER_EXPIRY : 1;
  }

  /** A PING leaves with the next `poll`, whatever the windows say. */
  requestPing(): void {
    this.#isPingPending = true;
  }

  /** Makes an ACK in the middle of a receive batch. */
  acknowledgeWithinBatch(nowMs: number): void {
    if (this.#batchAcks.length < MAX_BATCH_ACKS && !this.#parts.numbers.isExhausted) {
      // A copy: it waits, and the memory of datagrams may be used again before its turn.
      this.#batchAcks.push(this.#sendAck(nowMs).slice());
    }
  }

  /** @returns the next datagram, or undefined if nothing may leave now */
  poll(nowMs: number): Uint8Array | undefined {
    const { ackPolicy, reportedAcks, recovery, congestion, persist, sendStream } = this.#parts;
    const batchAck = this.#batchAcks.shift();
    if (batchAck !== undefined) return batchAck;
    if (this.#pendingProbes > 0) return this.#sendProbe(nowMs);
    if (this.#isPingPending) return this.#sendPing(true, nowMs);
    if (ackPolicy.isAckPacketDue) return this.#sendAck(nowMs);
    const data = this.#sendData(nowMs);
    if (data !== undefined) return data;
    if (ackPolicy.isDue(nowMs)) return this.#sendAck(nowMs);
    const isPingDue = reportedAcks.unacknowledged >= ACKS_BEFORE_PING && recovery.flight.hasRoom;
    if (isPingDue && congestion.canSend(recovery.flight.bytes, MIN_PACKET_BYTES)) return this.#sendPing(false, nowMs);
    persist.update(sendStream.isBlockedByCredit, nowMs);
    return undefined;
  }

  #sendData(nowMs: number): Uint8Array | undefined {
    const { sendStream, recovery, congestion, pacer, numbers } = this.#parts;
    const segment = sendStream.next(MAX_DATA_BYTES);
    if (segment === undefined) {
      pacer.onIdle();
      return undefined;
    }
    const datagramBytes = DATA_OVERHEAD_BYTES + segment.length;
    const { flight, rtt } = recovery;
    if (!congestion.canSend(flight.bytes, datagramBytes)) {
      congestion.onWindowLimited(numbers.largest);
      pacer.onBlocked();
      return undefined;
    }
    if (!flight.hasRoom) {
      pacer.onBlocked();
      return undefined;
    }
    if (!pacer.allows(datagramBytes, congestion, rtt.smoothedMs, nowMs)) {
      // Not the application's fault, if what waits would fill the window without pacing (RFC 9002 7.8).
      if (flight.bytes + sendStream.sendableBytes >= congestion.cwndBytes) congestion.onWindowLimited(numbers.largest);
      return undefined;
    }
    pacer.onSent(datagramBytes);
    return this.#sendSegment(segment, false, nowMs);
  }

  /** With data if there is any: what is lost or oldest first, then what has never left. */
  #sendProbe(nowMs: number): Uint8Array {
    const isFirst = this.#pendingProbes === PROBES_PER_EXPIRY;
    this.#pendingProbes -= 1;
    const segment = isFirst ? this.#oldestSegment(0) : this.#nextSegment();
    return segment === undefined ? this.#sendPing(true, nowMs) : this.#sendSegment(segment, true, nowMs);
  }

  /** What is lost already, else the part of the stream that is longest in flight. */
  #oldestSegment(skip: number): StreamSegment | undefined {
    const { sendStream } = this.#parts;
    const next = sendStream.next(MAX_DATA_BYTES);
    if (next !== undefined && next.offset < sendStream.highestSent) return next;
    return this.#repeatable(skip) ?? next;
  }

  /** @returns what the packet longest in flight, after skipping `skip`, holds that the peer does not have yet */
  #repeatable(skip: number): StreamSegment | undefined {
    const { sendStream, recovery } = this.#parts;
    const repeat = ({ offset, length, isFin }: StreamSegment) =>
      sendStream.repeat(offset, length, isFin, MAX_DATA_BYTES);
    const oldest = recovery.flight.find((record) => repeat(record) !== undefined, skip);
    return oldest === undefined ? undefined : repeat(oldest);
  }

  #nextSegment(): StreamSegment | undefined {
    return this.#parts.sendStream.nextUnsent(MAX_DATA_BYTES) ?? this.#oldestSegment(1) ?? this.#oldestSegment(0);
  }

  #sendSegment(segment: StreamSegment, isProbe: boolean, nowMs: number): Uint8Array {
    const { sealer, sendStream, liveness, counters } = this.#parts;
    const writer = sealer.begin(this.#receiverState(nowMs)).u64(segment.offset);
    sendStream.copy(segment, writer);
    if (segment.length > 0) {
      if (!sendStream.hasUnacknowledged) liveness.onProgress(nowMs);
      if (segment.offset < sendStream.highestSent) counters.retransmittedPackets += 1;
    }
    sendStream.onSent(segment);
    return this.#sendEliciting(PacketType.DATA, segment, isProbe, writer, nowMs);
  }

  #sendPing(isProbe: boolean, nowMs: number): Uint8Array {
    if (isProbe) this.#isPingPending = false;
    this.#parts.counters.pingsSent += 1;
    const writer = this.#parts.sealer.begin(this.#receiverState(nowMs));
    return this.#sendEliciting(PacketType.PING, NO_SEGMENT, isProbe, writer, nowMs);
  }

  #sendAck(nowMs: number): Uint8Array {
    const { sealer, acks, reportedAcks, counters } = this.#parts;
    const ranges = acks.ranges();
    const writer = sealer.begin(this.#receiverState(nowMs));
    writeRanges(writer, ranges);
    counters.ackPacketsSent += 1;
    const datagram = this.#seal(PacketType.ACK, 0, writer, nowMs);
    reportedAcks.onSent(this.#parts.numbers.largest, acks.largest, acks.bits, ranges);
    return datagram;
  }

  #sendEliciting(
    type: PacketTypeCode,
    segment: StreamSegment,
    isProbe: boolean,
    writer: ReturnType<ConnectionParts["sealer"]["begin"]>,
    nowMs: number,
  ): Uint8Array {
    const { acks, recovery, reportedAcks, counters, numbers } = this.#parts;
    if (isProbe) counters.probesSent += 1;
    const datagram = this.#seal(type, segment.isFin ? FLAG_FIN : 0, writer, nowMs);
    reportedAcks.onElicited();
    recovery.onSent({
      packetNumber: numbers.largest,
      datagramBytes: datagram.length,
      offset: segment.offset,
      length: segment.length,
      isFin: segment.isFin,
      isProbe,
      reportedAck: acks.largest,
      reportedBits: acks.bits,
      sentMs: nowMs,
      elicitingIndex: recovery.elicitingSent,
      state: "in-flight",
      lostMs: 0,
    });
    return datagram;
  }

  #receiverState(nowMs: number): { deliveredBytes: number; windowBytes: number; ackDelayUs: number } {
    const { acks, receiveStream } = this.#parts;
    const deliveredBytes = receiveStream.delivered;
    return {
      deliveredBytes,
      windowBytes: receiveStream.window.advertise(deliveredBytes),
      ackDelayUs: acks.ackDelayUs(nowMs),
    };
  }

  #seal(
    type: PacketTypeCode,
    flags: number,
    writer: ReturnType<ConnectionParts["sealer"]["begin"]>,
    nowMs: number,
  ): Uint8Array {
    const { sealer, numbers, acks, ackPolicy, counters, trace } = this.#parts;
    const packetNumber = numbers.take();
    const datagram = sealer.seal({ type, flags, packetNumber, ack: acks.largest, ackBits: acks.bits }, writer);
    ackPolicy.onCarried(type === PacketType.ACK);
    counters.packetsSent += 1;
    counters.bytesSent += datagram.length;
    if (trace !== undefined) {
      const ranges = type === PacketType.ACK ? acks.ranges() : [];
      const acked = { ack: acks.largest, ackBits: acks.bits, ranges, ackDelayUs: acks.ackDelayUs(nowMs) };
      trace.packet("transport:packet_sent", { type, packetNumber, ...acked }, datagram.length, nowMs);
    }
    return datagram;
  }
}
