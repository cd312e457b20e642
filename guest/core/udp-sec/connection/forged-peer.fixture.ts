/** A peer with the right keys and no manners: seals whatever a test wants an initiator to receive. */
import { nativeCrypto } from "../../../node/crypto/native.ts";
import { ByteWriter } from "../../bytes/writer.ts";
import { encodeUtf8 } from "../../bytes/utf8.ts";
import type { PacketTypeCode } from "../packet/header.ts";
import { PacketType } from "../packet/header.ts";
import { type PacketNumberRange, type ParsedPacket, writeClose, writeRanges } from "../packet/packet-content.ts";
import { PacketOpener, PacketSealer } from "../packet/packet-protection.ts";
import { readDatagram } from "../packet/read-datagram.fixture.ts";

export interface Forged {
  readonly pn?: number;
  readonly ack?: number;
  readonly ackBits?: number;
  readonly delivered?: number;
  readonly window?: number;
  readonly ackDelayUs?: number;
}

export class ForgedPeer {
  readonly #sealer = new PacketSealer(
    nativeCrypto.chacha20Poly1305(new Uint8Array(32).fill(2)),
    new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
  );
  readonly #opener = new PacketOpener(nativeCrypto.chacha20Poly1305(new Uint8Array(32).fill(1)));
  #next = 1;

  data(offset: number, bytes: Uint8Array, isFin: boolean, forged: Forged = {}): Uint8Array {
    return this.#seal(PacketType.DATA, isFin ? 1 : 0, forged, (writer) => writer.u64(offset).bytes(bytes));
  }

  ack(ranges: readonly PacketNumberRange[], forged: Forged = {}): Uint8Array {
    return this.#seal(PacketType.ACK, 0, forged, (writer) => void writeRanges(writer, ranges));
  }

  ping(forged: Forged = {}, extraBytes = 0): Uint8Array {
    return this.#seal(PacketType.PING, 0, forged, (writer) => writer.zeros(extraBytes));
  }

  close(code: number, reason: string, forged: Forged = {}): Uint8Array {
    return this.#seal(PacketType.CLOSE, 0, forged, (writer) => void writeClose(writer, code, encodeUtf8(reason)));
  }

  /** Authentic, of any type, with a plaintext of zeros that need not even hold the receiver state. */
  zeros(type: PacketTypeCode, lengthBytes: number): Uint8Array {
    const packetNumber = this.#next;
    this.#next += 1;
    const fields = { type, flags: 0, packetNumber, ack: 0, ackBits: 0 };
    return this.#sealer.seal(fields, new ByteWriter(lengthBytes).zeros(lengthBytes));
  }

  /** Reads what the initiator sent. */
  read(datagram: Uint8Array): ParsedPacket {
    const packet = readDatagram(this.#opener, datagram);
    if (typeof packet === "string") throw new Error(`the initiator sent what can't be read: ${packet}`);
    return packet;
  }

  #seal(
    type: PacketTypeCode,
    flags: number,
    forged: Forged,
    fill: (writer: ReturnType<PacketSealer["begin"]>) => unknown,
  ): Uint8Array {
    const { pn = this.#next, ack = 0, ackBits = 0, delivered = 0, window = 262_144, ackDelayUs = 0 } = forged;
    this.#next = Math.max(this.#next, pn + 1);
    const writer = this.#sealer.begin({ deliveredBytes: delivered, windowBytes: window, ackDelayUs });
    fill(writer);
    return this.#sealer.seal({ type, flags, packetNumber: pn, ack, ackBits }, writer);
  }
}
