/**
 * Encryption of packets: one AEAD key for each direction, the header as associated data, the packet number as nonce
 * (dsoftbus-transport.md#41-header).
 */
import { readU32 } from "../../bytes/reader.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import { type Aead, AEAD_TAG_BYTES } from "../../crypto/primitives.ts";
import type { DropReason } from "./drop-reason.ts";
import {
  type Header,
  isHandshakeType,
  PACKET_HEADER_BYTES,
  type PacketTypeCode,
  parseHeader,
  writeHeader,
} from "./header.ts";
import { type ReceiverState, writeReceiverState } from "./packet-content.ts";
import { MAX_PLAINTEXT_BYTES } from "./packet-sizes.ts";

export interface OpenedDatagram {
  readonly header: Header;
  readonly plaintext: Uint8Array;
}

/** From datagram to plaintext: the checks that need no more than the key. */
export class PacketOpener {
  readonly #aead: Aead;
  readonly #nonce = new PacketNonce();

  constructor(aead: Aead) {
    this.#aead = aead;
  }

  /** @param parsed its header, where the caller has it @returns the authenticated plaintext, or why the datagram is to be dropped */
  open(datagram: Uint8Array, parsed?: Header): OpenedDatagram | DropReason {
    const header = parsed ?? parseHeader(datagram);
    if (typeof header === "string") return header;
    if (isHandshakeType(header.type)) return "unexpected-handshake";
    // Shorter than a PING, but sealed by the peer: it opens, and ends the connection with PROTOCOL.
    if (datagram.length < PACKET_HEADER_BYTES + AEAD_TAG_BYTES) return "too-short";
    const plaintext = this.#aead.open(
      this.#nonce.of(header.packetNumber),
      datagram.subarray(0, PACKET_HEADER_BYTES),
      datagram.subarray(PACKET_HEADER_BYTES),
    );
    return plaintext === undefined ? "failed-open" : { header, plaintext };
  }

  wipe(): void {
    this.#aead.wipe();
  }
}

export interface PacketHeaderFields {
  readonly type: PacketTypeCode;
  readonly flags: number;
  readonly packetNumber: number;
  readonly ack: number;
  readonly ackBits: number;
}

/** From plaintext to datagram. */
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
    const sealed = datagram.subarray(PACKET_HEADER_BYTES);
    this.#aead.sealInto(sealed, this.#nonce.of(packetNumber), this.#header, plaintext);
    return datagram;
  }

  wipe(): void {
    this.#aead.wipe();
    this.#plaintext.fill(0);
  }
}

/** A nonce is 4 zero bytes and the packet number as u64. One array serves all packets of a direction. */
class PacketNonce {
  readonly #bytes = new Uint8Array(12);
  readonly #view = new DataView(this.#bytes.buffer);

  /** @returns the nonce of this packet number, valid until the next call */
  of(packetNumber: number): Uint8Array {
    this.#view.setUint32(4, packetNumber, true);
    return this.#bytes;
  }
}
