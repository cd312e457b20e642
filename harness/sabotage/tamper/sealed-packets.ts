/** Packets of dsoftbus-transport.md#4-packets, opened and sealed with the keys that a run logged. */
import { createCipheriv, createDecipheriv } from "node:crypto";

const HEADER_BYTES = 26;
const TAG_BYTES = 16;
const RECEIVER_STATE_BYTES = 16;
// Same name as in harness/evidence/scene: who forges packets shares nothing with the rules that judge them.
export const DATA = 0x10;
export const PING = 0x12;

export interface PacketFields {
  readonly type: number;
  readonly flags: number;
  /** As on the wire. */
  readonly sessionId: Buffer;
  readonly packetNumber: number;
}

export function packetType(payload: Buffer): number | undefined {
  return payload.length >= HEADER_BYTES && payload[0] === 1 ? payload[1] : undefined;
}

export function fieldsOf(payload: Buffer): PacketFields {
  return {
    type: payload.readUInt8(1),
    flags: payload.readUInt8(2),
    sessionId: payload.subarray(4, 12),
    packetNumber: payload.readUInt32LE(12),
  };
}

/** @returns the plaintext; @throws if the key is wrong */
export function openBody(payload: Buffer, key: Buffer): Buffer {
  const decipher = createDecipheriv("chacha20-poly1305", key, nonceOf(payload), { authTagLength: TAG_BYTES });
  const text = payload.subarray(HEADER_BYTES, -TAG_BYTES);
  decipher.setAAD(payload.subarray(0, HEADER_BYTES), { plaintextLength: text.length });
  decipher.setAuthTag(payload.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(text), decipher.final()]);
}

/** @param like gives the header @param key undefined: not sealed, with a tag of zeros */
export function sealLike(like: Buffer, changes: Partial<PacketFields>, plain: Buffer, key: Buffer | undefined): Buffer {
  const head = Buffer.from(like.subarray(0, HEADER_BYTES));
  if (changes.type !== undefined) head.writeUInt8(changes.type, 1);
  if (changes.flags !== undefined) head.writeUInt8(changes.flags, 2);
  if (changes.packetNumber !== undefined) head.writeUInt32LE(changes.packetNumber, 12);
  head.writeUInt16LE(plain.length + TAG_BYTES, 24);
  if (key === undefined) return Buffer.concat([head, plain, Buffer.alloc(TAG_BYTES)]);
  const cipher = createCipheriv("chacha20-poly1305", key, nonceOf(head), { authTagLength: TAG_BYTES });
  cipher.setAAD(head, { plaintextLength: plain.length });
  return Buffer.concat([head, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Of an opened DATA packet. */
export function dataOffset(plain: Buffer): number {
  return Number(plain.readBigUInt64LE(RECEIVER_STATE_BYTES));
}

// Same name as in harness/evidence/scene: who forges packets shares nothing with the rules that judge them.
export const DATA_PREFIX_BYTES = RECEIVER_STATE_BYTES + 8;

function nonceOf(packet: Buffer): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32LE(packet.readUInt32LE(12), 4);
  return nonce;
}
