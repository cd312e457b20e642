/**
 * From datagram to plaintext: everything that comes before the duplicate filter, in the order of
 * dsoftbus-transport.md#43-order-of-work-on-receipt.
 */
import { type Aead, AEAD_TAG_BYTES } from "../../crypto/primitives.ts";
import type { DropReason } from "./drop-reason.ts";
import type { Header } from "./header.ts";
import { PACKET_HEADER_BYTES, isHandshakeType, parseHeader } from "./header.ts";
import { PacketNonce } from "./nonce.ts";

export interface OpenedDatagram {
  readonly header: Header;
  readonly plaintext: Uint8Array;
}

export class PacketOpener {
  readonly #aead: Aead;
  readonly #nonce = new PacketNonce();

  constructor(aead: Aead) {
    this.#aead = aead;
  }

  /** @returns the authenticated plaintext, or why the datagram is to be dropped */
  open(datagram: Uint8Array): OpenedDatagram | DropReason {
    const header = parseHeader(datagram);
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
