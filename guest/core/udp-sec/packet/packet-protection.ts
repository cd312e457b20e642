/**
 * Encryption of packets: one AEAD key for each direction, the header as associated data, the packet number as nonce
 * (dsoftbus-transport.md#41-header).
 */
import { readU32 } from "../../bytes/reader.ts";
import { type ByteWriter, writeU32 } from "../../bytes/writer.ts";
import { type Aead, AEAD_TAG_BYTES } from "../../crypto/primitives.ts";
import { type DatagramMemory, SingleDatagrams } from "./datagram-slab.ts";
import type { DropReason } from "./drop-reason.ts";
import {
  type Header,
  isHandshakeType,
  PACKET_HEADER_BYTES,
  changeHeader,
  packetHeader,
  type PacketHeaderFields,
} from "./header.ts";
import { type ReceiverState, writeReceiverState } from "./packet-content.ts";

/** From datagram to plaintext: the checks that need no more than the key. */
export class PacketOpener {
  readonly #aead: Aead;
  readonly #nonce = new PacketNonce();
  /** Of the packet that is being opened, as `#tag`: byte by byte costs less than a view of them. */
  readonly #header = new Uint8Array(PACKET_HEADER_BYTES);
  readonly #tag = new Uint8Array(AEAD_TAG_BYTES);

  constructor(aead: Aead) {
    this.#aead = aead;
  }

  /**
   * @param datagram spent afterwards, also if it does not open: the plaintext may lie in its memory
   * @param header as it was parsed
   * @returns the authenticated plaintext, or why the datagram is to be dropped
   */
  open(datagram: Uint8Array, header: Header): Uint8Array | DropReason {
    if (isHandshakeType(header.type)) return "unexpected-handshake";
    // Shorter than a PING, but sealed by the peer: it opens, and ends the connection with PROTOCOL.
    if (datagram.length < PACKET_HEADER_BYTES + AEAD_TAG_BYTES) return "too-short";
    const textEnd = datagram.length - AEAD_TAG_BYTES;
    for (let at = 0; at < PACKET_HEADER_BYTES; at += 1) this.#header[at] = datagram[at] ?? 0;
    for (let at = 0; at < AEAD_TAG_BYTES; at += 1) this.#tag[at] = datagram[textEnd + at] ?? 0;
    const text = datagram.subarray(PACKET_HEADER_BYTES, textEnd);
    const plaintext = this.#aead.openInPlace(this.#nonce.of(header.packetNumber), this.#header, text, this.#tag);
    return plaintext ?? "failed-open";
  }

  wipe(): void {
    this.#aead.wipe();
  }
}

/** From plaintext to datagram. */
export class PacketSealer {
  readonly #aead: Aead;
  readonly #nonce = new PacketNonce();
  readonly #header: Uint8Array;
  readonly #memory: DatagramMemory;

  /** @param sessionId 8 bytes as on the wire @param memory where its datagrams go */
  constructor(aead: Aead, sessionId: Uint8Array, memory: DatagramMemory = new SingleDatagrams()) {
    this.#aead = aead;
    this.#memory = memory;
    this.#header = packetHeader(readU32(sessionId, 0), readU32(sessionId, 4));
  }

  /** Begins a plaintext in the scratch array, which the next one overwrites. @returns a writer that stands behind the receiver state */
  begin(state: ReceiverState): ByteWriter {
    const writer = this.#memory.plaintext.restart();
    writeReceiverState(writer, state);
    return writer;
  }

  /** @param writer what `begin` returned, filled @returns the datagram, at most 1200 bytes */
  seal(fields: PacketHeaderFields, writer: ByteWriter): Uint8Array {
    const plaintext = writer.written();
    const { packetNumber } = fields;
    const bodyBytes = plaintext.length + AEAD_TAG_BYTES;
    changeHeader(this.#header, fields, bodyBytes);
    const datagram = this.#memory.take(PACKET_HEADER_BYTES + bodyBytes);
    datagram.set(this.#header);
    const sealed = datagram.subarray(PACKET_HEADER_BYTES);
    this.#aead.sealInto(sealed, this.#nonce.of(packetNumber), this.#header, plaintext);
    return datagram;
  }

  wipe(): void {
    this.#aead.wipe();
    this.#memory.plaintext.wipe();
  }
}

/** A nonce is 4 zero bytes and the packet number as u64. One array serves all packets of a direction. */
class PacketNonce {
  readonly #bytes = new Uint8Array(12);

  /** @returns the nonce of this packet number, valid until the next call */
  of(packetNumber: number): Uint8Array {
    writeU32(this.#bytes, 4, packetNumber);
    return this.#bytes;
  }
}
