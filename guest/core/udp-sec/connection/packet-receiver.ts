/**
 * What an authenticated packet changes, in the order of dsoftbus-transport.md#43-order-of-work-on-receipt: acknowledgement,
 * `delivered`, loss detection, then what it carries.
 */
import type { CloseCodeName } from "../../connection-end.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import type { PacketSender } from "./packet-sender.ts";
import { type Acknowledgement, type ParsedPacket, readAcknowledgement } from "../packet/packet-content.ts";

export type PacketOutcome =
  | { readonly kind: "taken" }
  | { readonly kind: "dropped"; readonly reason: DropReason }
  /** The peer broke a rule: the connection ends with this code. */
  | { readonly kind: "violation"; readonly code: CloseCodeName; readonly reason: string }
  /** The peer sent CLOSE. */
  | { readonly kind: "closed"; readonly code: number; readonly reason: string };

const TAKEN: PacketOutcome = { kind: "taken" };

export class PacketReceiver {
  readonly #parts: ConnectionParts;
  readonly #sender: PacketSender;

  constructor(parts: ConnectionParts, sender: PacketSender) {
    this.#parts = parts;
    this.#sender = sender;
  }

  /** @param packet authenticated, and new to the duplicate filter */
  onPacket(packet: ParsedPacket, datagramBytes: number, nowMs: number): PacketOutcome {
    const { trace } = this.#parts;
    const { header, content } = packet;
    if (trace !== undefined) {
      trace.packet("transport:packet_received", header, datagramBytes, nowMs);
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
        return TAKEN;
      case "ping":
        this.#accept(header.packetNumber, "at-once", nowMs);
        return TAKEN;
      case "close":
        if (content.code === 0) this.#parts.sendStream.onCleanClose();
        return { kind: "closed", code: content.code, reason: content.reason };
    }
  }

  /** @returns the rule that was broken, in words, or what is acknowledged */
  #checkedAcknowledgement(packet: ParsedPacket): Acknowledgement | string {
    const { numbers, sendStream } = this.#parts;
    const { header, receiverState, content } = packet;
    const ranges = content.type === "ack" ? content.ranges : [];
    const acknowledgement = readAcknowledgement(header.ack, header.ackBits, ranges);
    if (acknowledgement === undefined) return "malformed acknowledgement";
    if (!numbers.isPlausible(acknowledgement)) return "acknowledgement of a packet that was not sent";
    if (receiverState.deliveredBytes > sendStream.highestSent) return "delivered above the highest offset sent";
    return acknowledgement;
  }

  #onReceiverState(acknowledgement: Acknowledgement, packet: ParsedPacket, nowMs: number): void {
    const { acks, reportedAcks, recovery, sendStream, persist, liveness } = this.#parts;
    const { deliveredBytes, windowBytes, ackDelayUs } = packet.receiverState;
    acks.retire(reportedAcks.takeAcknowledged(acknowledgement.runs));
    if (sendStream.onDelivered(deliveredBytes)) liveness.onProgress(nowMs);
    recovery.onAcknowledgement(acknowledgement, ackDelayUs, nowMs);
    if (sendStream.onCredit(deliveredBytes + windowBytes)) persist.onCredit();
  }

  #onData(
    packetNumber: number,
    data: { readonly offset: number; readonly bytes: Uint8Array; readonly isFin: boolean },
    nowMs: number,
  ): PacketOutcome {
    const outcome = this.#parts.receiveStream.onData(data.offset, data.bytes, data.isFin);
    switch (outcome) {
      case "taken":
        this.#accept(packetNumber, "in-time", nowMs);
        return TAKEN;
      case "repeated":
        // Our acknowledgement was lost. A probe answered late, or together with the next, loses the peer a doubled timeout.
        this.#accept(packetNumber, "at-once", nowMs);
        return TAKEN;
      case "full":
        // Left unmarked: the peer will send the bytes again.
        return { kind: "dropped", reason: "reassembly-full" };
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

function violation(code: CloseCodeName, reason: string): PacketOutcome {
  return { kind: "violation", code, reason };
}
