/**
 * From plaintext to datagram: header, AEAD, and the one array that leaves (dsoftbus-transport.md#41-header).
 */
import { readU32 } from "../../bytes/reader.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import { type Aead, AEAD_TAG_BYTES } from "../../crypto/primitives.ts";
import type { PacketTypeCode } from "./header.ts";
import { PACKET_HEADER_BYTES, writeHeader } from "./header.ts";
import { PacketNonce } from "./nonce.ts";
import { MAX_PLAINTEXT_BYTES } from "./packet-sizes.ts";
import type { ReceiverState } from "./receiver-state.ts";
import { writeReceiverState } from "./receiver-state.ts";

export interface PacketHeaderFields {
  readonly type: PacketTypeCode;
  readonly flags: number;
  readonly packetNumber: number;
  readonly ack: number;
  readonly ackBits: number;
}

export class PacketSealer {
  readonly #aead: Aead;
  readonly #sessionLow: number;
  readonly #sessionHigh: number;
  readonly #nonce = new PacketNonce();
  readonly #header = new Uint8Array(PACKET_HEADER_BYTES);
  readonly #plaintext = new Uint8Array(MAX_PLAINTEXT_BYTES);

  /** @param sessionId 8 bytes as on the wire */
  constructor(aead: Aead, sessionId: Uint8Array) {
    this.#aead = aead;
    this.#sessionLow = readU32(sessionId, 0);
    this.#sessionHigh = readU32(sessionId, 4);
  }

  /** Begins a plaintext in the scratch array. @returns a writer that stands behind the receiver state */
  begin(state: ReceiverState): ByteWriter {
    const writer = new ByteWriter(this.#plaintext);
    writeReceiverState(writer, state);
    return writer;
  }

  /** @param writer what `begin` returned, filled @returns the datagram, at most 1200 bytes */
  seal(fields: PacketHeaderFields, writer: ByteWriter): Uint8Array {
    const plaintext = writer.written();
    const { type, flags, packetNumber, ack, ackBits } = fields;
    const bodyBytes = plaintext.length + AEAD_TAG_BYTES;
    const sessionLow = this.#sessionLow;
    const sessionHigh = this.#sessionHigh;
    writeHeader(this.#header, { type, flags, sessionLow, sessionHigh, packetNumber, ack, ackBits, bodyBytes });
    const datagram = new Uint8Array(PACKET_HEADER_BYTES + bodyBytes);
    datagram.set(this.#header);
    datagram.set(this.#aead.seal(this.#nonce.of(packetNumber), this.#header, plaintext), PACKET_HEADER_BYTES);
    return datagram;
  }

  wipe(): void {
    this.#aead.wipe();
    this.#plaintext.fill(0);
  }
}
