/** Packets as a lying initiator seals them, with whatever fields it likes. */
import { join, u64 } from "../../../harness/observer/crypto/bytes.ts";
import { type HeaderFields, TYPES } from "../../../harness/observer/wire/udp-header.ts";
import { receiverState, sealedPacket } from "../../../harness/observer/wire/sealed-packet.ts";
import { STAGE } from "./udp-stage.ts";

export interface LooseFields {
  readonly pn?: number;
  readonly ack?: number;
  readonly ackBits?: number;
  readonly flags?: number;
  readonly delivered?: number | bigint;
  readonly window?: number;
  readonly ackDelayUs?: number;
  /** Instead of receiver state and body. */
  readonly plaintext?: Uint8Array;
}

export function packetOf(typ: number, body: Uint8Array, fields: LooseFields = {}): Uint8Array {
  const { pn = 1, ack = 1, ackBits = 0, flags = 0, delivered = 0, window = 262_144, ackDelayUs = 0 } = fields;
  const plaintext = fields.plaintext ?? join(receiverState({ delivered, window, ackDelayUs }), body);
  return sealedPacket(STAGE.handshake.noise.initiatorKey, { ...head(typ), flags, pn, ack, ackBits }, plaintext);
}

export function dataOf(offset: number | bigint, bytes: Uint8Array, fields: LooseFields = {}): Uint8Array {
  return packetOf(TYPES.DATA, join(u64(offset), bytes), fields);
}

export function pingOf(fields: LooseFields = {}): Uint8Array {
  return packetOf(TYPES.PING, join(), fields);
}

function head(typ: number): HeaderFields {
  return { typ, low: STAGE.initiator.half, high: STAGE.responder.half };
}
