import { MAX_CLOSE_REASON_BYTES } from "../../connection-end.ts";
import { encodeUtf8Prefix } from "../../bytes/utf8.ts";
import type { CryptoPrimitives } from "../../crypto/primitives.ts";
import { PacketType } from "./header.ts";
import { writeClose } from "./packet-content.ts";
import { PacketSealer } from "./packet-protection.ts";

/**
 * A CLOSE of a session that never became a connection: it acknowledges nothing and grants nothing
 * (dsoftbus-transport.md#35-repeats-deadlines-refusals, AUTH and BUSY).
 *
 * @param sendKey 32 bytes; stays the caller's to wipe
 * @param sessionId 8 bytes as on the wire
 * @param reason cut to 255 bytes of UTF-8
 * @returns the datagram
 */
export function sealClose(
  crypto: CryptoPrimitives,
  sendKey: Uint8Array,
  sessionId: Uint8Array,
  packetNumber: number,
  code: number,
  reason: string,
): Uint8Array {
  const sealer = new PacketSealer(crypto.chacha20Poly1305(sendKey), sessionId);
  try {
    const writer = sealer.begin({ deliveredBytes: 0, windowBytes: 0, ackDelayUs: 0 });
    writeClose(writer, code, encodeUtf8Prefix(reason, MAX_CLOSE_REASON_BYTES));
    return sealer.seal({ type: PacketType.CLOSE, flags: 0, packetNumber, ack: 0, ackBits: 0 }, writer);
  } finally {
    sealer.wipe();
  }
}
