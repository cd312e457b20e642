/**
 * From a datagram to what it changes, in the order of dsoftbus-transport.md#43-order-of-work-on-receipt: open it, drop what has come
 * before, parse it; then acknowledgement, `delivered`, loss detection, and what it carries.
 */
import type { CloseCodeName, LocalEndName } from "../../connection-end.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { type Header, parseHeader } from "../packet/header.ts";
import type { PacketSender } from "./packet-sender.ts";
import {
  type Acknowledgement,
  type PacketNumberRange,
  type ParsedPacket,
  readAcknowledgement,
  readPacket,
} from "../packet/packet-content.ts";

const NO_RANGES: readonly PacketNumberRange[] = [];

/** What ends an open connection from within. */
export type Ending =
  /** The peer broke a rule, or a limit is reached: this side closes with that code. */
  | { readonly kind: "close"; readonly code: CloseCodeName; readonly reason: string }
  /** The peer sent CLOSE. */
  | { readonly kind: "peer-close"; readonly code: number; readonly reason: string }
  /** By time alone: no code goes out for it. */
  | { readonly kind: "local"; readonly name: LocalEndName | "NO_ERROR" };

export class PacketReceiver {
  readonly #parts: ConnectionParts;
  readonly #sender: PacketSender;
  /** What the packet before acknowledged by its header alone: most packets of a transfer repeat it. */
  #lastAcknowledgement: Acknowledgement | undefined;
  #lastAckBits = 0;
  /** The acknowledgement by which reports of ours were retired last. */
  #lastTaken: Acknowledgement | undefined;
  /** Packets since the last `endBatch`. */
  #batchPackets = 0;

  constructor(parts: ConnectionParts, sender: PacketSender) {
    this.#parts = parts;
    this.#sender = sender;
  }

  /** Opens and takes one datagram. @returns why it was dropped, or how it ends the connection, if either */
  receive(
    datagram: Uint8Array,
    nowMs: number,
    header: Header | DropReason = parseHeader(datagram),
  ): DropReason | Ending | undefined {
    if (typeof header === "string") return header;
    const { opener, duplicates, counters, setup, drops } = this.#parts;
    const plaintext = opener.open(datagram, header);
    if (typeof plaintext === "string") {
      if (plaintext !== "failed-open") return plaintext;
      counters.failedOpens += 1;
      if (counters.failedOpens < setup.limits.failedOpens) return plaintext;
      drops.count(plaintext);
      return { kind: "close", code: "AEAD_LIMIT", reason: "too many datagrams failed to open" };
    }
    const freshness = duplicates.check(header.packetNumber);
    if (freshness !== "new") {
      counters.duplicates += 1;
      return freshness;
    }
    this.#batchPackets += 1;
    counters.packetsReceived += 1;
    counters.bytesReceived += datagram.length;
    const packet = readPacket(header, plaintext);
    return packet === undefined
      ? violation("PROTOCOL", "malformed packet")
      : this.#onPacket(packet, datagram.length, nowMs);
  }

  /** The first `poll` after a batch: what the batch gathered is acknowledged. */
  endBatch(): void {
    if (this.#batchPackets === 0) return;
    this.#batchPackets = 0;
    this.#parts.ackPolicy.onBatchEnd();
  }

  #onPacket(packet: ParsedPacket, datagramBytes: number, nowMs: number): DropReason | Ending | undefined {
    const { trace } = this.#parts;
    const { header, content } = packet;
    if (trace !== undefined) {
      const ranges = content.type === "ack" ? content.ranges : [];
      const { ackDelayUs } = packet;
      trace.packet("transport:packet_received", { ...header, ranges, ackDelayUs }, datagramBytes, nowMs);
    }
    const acknowledgement = this.#checkedAcknowledgement(packet);
    if (typeof acknowledgement === "string") return violation("PROTOCOL", acknowledgement);
    this.#onReceiverState(acknowledgement, packet, nowMs);
    if (trace !== undefined) trace.metrics(this.#parts.congestion, this.#parts.recovery, nowMs);
    switch (content.type) {
      case "data":
        return this.#onData(header.packetNumber, content, nowMs);
      case "ack":
        this.#accept(header.packetNumber, "nothing", nowMs);
        return undefined;
      case "ping":
        this.#accept(header.packetNumber, "at-once", nowMs);
        return undefined;
      case "close":
        if (content.code === 0) this.#parts.sendStream.onCleanClose();
        return { kind: "peer-close", code: content.code, reason: content.reason };
    }
  }

  /** @returns the rule that was broken, in words, or what is acknowledged */
  #checkedAcknowledgement(packet: ParsedPacket): Acknowledgement | string {
    const { numbers, sendStream } = this.#parts;
    const { header, deliveredBytes, content } = packet;
    const acknowledgement = this.#readAcknowledgement(header, content);
    if (acknowledgement === undefined) return "malformed acknowledgement";
    if (!numbers.isPlausible(acknowledgement)) return "acknowledgement of a packet that was not sent";
    if (deliveredBytes > sendStream.highestSent) return "delivered above the highest offset sent";
    return acknowledgement;
  }

  #readAcknowledgement({ ack, ackBits }: Header, content: ParsedPacket["content"]): Acknowledgement | undefined {
    if (content.type === "ack" && content.ranges.length > 0) return readAcknowledgement(ack, ackBits, content.ranges);
    const last = this.#lastAcknowledgement;
    if (last?.largest === ack && this.#lastAckBits === ackBits) return last;
    this.#lastAcknowledgement = readAcknowledgement(ack, ackBits, NO_RANGES);
    this.#lastAckBits = ackBits;
    return this.#lastAcknowledgement;
  }

  #onReceiverState(acknowledgement: Acknowledgement, packet: ParsedPacket, nowMs: number): void {
    const { acks, reportedAcks, recovery, sendStream, persist, liveness } = this.#parts;
    const { deliveredBytes, windowBytes, ackDelayUs } = packet;
    // Said before: what left since then has a later number.
    if (acknowledgement !== this.#lastTaken) acks.retire(reportedAcks.takeAcknowledged(acknowledgement.runs));
    this.#lastTaken = acknowledgement;
    if (sendStream.onDelivered(deliveredBytes)) liveness.onProgress(nowMs);
    recovery.onAcknowledgement(acknowledgement, ackDelayUs, nowMs);
    if (sendStream.onCredit(deliveredBytes + windowBytes)) persist.onCredit();
  }

  #onData(
    packetNumber: number,
    data: { readonly offset: number; readonly bytes: Uint8Array; readonly isFin: boolean },
    nowMs: number,
  ): DropReason | Ending | undefined {
    const outcome = this.#parts.receiveStream.onData(data.offset, data.bytes, data.isFin);
    switch (outcome) {
      case "taken":
        this.#accept(packetNumber, "in-time", nowMs);
        return undefined;
      case "repeated":
        // Our acknowledgement was lost. A probe answered late, or together with the next, loses the peer a doubled timeout.
        this.#accept(packetNumber, "at-once", nowMs);
        return undefined;
      case "full":
        // Left unmarked: the peer will send the bytes again.
        return "reassembly-full";
      case "PROTOCOL":
        return violation("PROTOCOL", "final size contradicted");
      case "FLOW_CONTROL":
        return violation("FLOW_CONTROL", "bytes beyond credit");
    }
  }

  #accept(packetNumber: number, elicits: "nothing" | "in-time" | "at-once", nowMs: number): void {
    const { duplicates, acks, ackPolicy, liveness } = this.#parts;
    // Only now: a packet that is left unmarked can be replayed, and must not keep a dead peer alive.
    liveness.onReceipt(nowMs);
    const isUrgent = elicits === "at-once" || acks.isOutOfOrder(packetNumber);
    duplicates.mark(packetNumber);
    acks.onReceived(packetNumber, nowMs);
    if (elicits === "nothing") return;
    if (ackPolicy.onElicitingReceived(isUrgent, nowMs)) this.#sender.acknowledgeWithinBatch(nowMs);
  }
}

function violation(code: CloseCodeName, reason: string): Ending {
  return { kind: "close", code, reason };
}
