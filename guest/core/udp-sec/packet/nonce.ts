import { writeU32 } from "../../bytes/writer.ts";

/**
 * A nonce is 4 zero bytes and the packet number as u64 (dsoftbus-transport.md#41-header). One array serves all packets of a
 * direction.
 */
export class PacketNonce {
  readonly #bytes = new Uint8Array(12);

  /** @returns the nonce of this packet number, valid until the next call */
  of(packetNumber: number): Uint8Array {
    writeU32(this.#bytes, 4, packetNumber);
    return this.#bytes;
  }
}
