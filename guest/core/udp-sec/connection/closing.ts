/**
 * After this side ended the connection: CLOSE three times, one probe timeout apart; a lingering that answers who hasn't heard;
 * then silence (dsoftbus-transport.md#8-life-of-a-connection).
 */
import { MAX_CLOSE_REASON_BYTES } from "../../connection-end.ts";
import { encodeUtf8Prefix } from "../../bytes/utf8.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import type { DropReason } from "../packet/drop-reason.ts";
import { PacketType, parseHeader } from "../packet/header.ts";
import { endingUnitMs } from "../recovery/rtt.ts";
import { readPacket, writeClose } from "../packet/packet-content.ts";

const REPEATS = 3;

/** All that outlives the end of a connection for a while; the rest is freed at once. */
type LingeringParts = Pick<
  ConnectionParts,
  "sealer" | "opener" | "numbers" | "duplicates" | "acks" | "counters" | "trace"
>;

export class Closing {
  readonly #parts: LingeringParts;
  readonly #code: number;
  readonly #reason: Uint8Array;
  /** One probe timeout, bounded. */
  readonly #unitMs: number;
  readonly #deliveredBytes: number;
  #sent = 0;
  /** Of the next scheduled CLOSE; after the last one, the end of the lingering. */
  #nextMs: number;
  #isAnswerDue = false;
  #answerableMs: number;

  /** @param reason cut to 255 bytes of UTF-8 */
  constructor(parts: ConnectionParts, code: number, reason: string, nowMs: number) {
    const { sealer, opener, numbers, duplicates, acks, counters, trace } = parts;
    this.#parts = { sealer, opener, numbers, duplicates, acks, counters, trace };
    this.#code = code;
    this.#reason = encodeUtf8Prefix(reason, MAX_CLOSE_REASON_BYTES);
    this.#unitMs = endingUnitMs(parts.recovery.probeTimeout.baseMs);
    this.#deliveredBytes = parts.receiveStream.delivered;
    this.#nextMs = nowMs;
    this.#answerableMs = nowMs;
  }

  get isLastSent(): boolean {
    return this.#sent === REPEATS;
  }

  /** When the next CLOSE is due, or lingering ends. */
  get deadlineMs(): number {
    return this.#nextMs;
  }

  isOver(nowMs: number): boolean {
    return this.isLastSent && nowMs >= this.#nextMs;
  }

  /** @returns a CLOSE if one is due */
  poll(nowMs: number): Uint8Array | undefined {
    if (this.#sent < REPEATS && nowMs >= this.#nextMs) {
      this.#sent += 1;
      this.#nextMs = nowMs + this.#unitMs;
      this.#isAnswerDue = false;
      return this.#seal(nowMs);
    }
    if (!this.#isAnswerDue) return undefined;
    this.#isAnswerDue = false;
    return this.#seal(nowMs);
  }

  /** The peer goes on sending. @returns why the datagram was dropped, or whether it was the peer's own CLOSE */
  receive(datagram: Uint8Array, nowMs: number): DropReason | "peer-closed" {
    const { opener, duplicates } = this.#parts;
    const header = parseHeader(datagram);
    if (typeof header === "string") return header;
    const plaintext = opener.open(datagram, header);
    if (typeof plaintext === "string") return plaintext;
    const { packetNumber, type } = header;
    const freshness = duplicates.check(packetNumber);
    if (freshness !== "new") return freshness;
    duplicates.mark(packetNumber);
    if (type === PacketType.CLOSE && readPacket(header, plaintext) !== undefined) return "peer-closed";
    if (nowMs >= this.#answerableMs) {
      this.#answerableMs = nowMs + this.#unitMs;
      this.#isAnswerDue = true;
    }
    return "closed";
  }

  #seal(nowMs: number): Uint8Array | undefined {
    const { sealer, numbers, acks, counters, trace } = this.#parts;
    if (numbers.isWireExhausted) return undefined;
    const packetNumber = numbers.take();
    const ackDelayUs = acks.ackDelayUs(nowMs);
    const writer = sealer.begin({ deliveredBytes: this.#deliveredBytes, windowBytes: 0, ackDelayUs });
    writeClose(writer, this.#code, this.#reason);
    const fields = { type: PacketType.CLOSE, flags: 0, packetNumber, ack: acks.largest, ackBits: acks.bits };
    const datagram = sealer.seal(fields, writer);
    counters.packetsSent += 1;
    counters.bytesSent += datagram.length;
    if (trace !== undefined) {
      trace.packet("transport:packet_sent", { ...fields, ackDelayUs }, datagram.length, nowMs);
    }
    return datagram;
  }
}
