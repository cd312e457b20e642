/** Opens packets and records with logged keys. Test only: outside a test nobody logs a key. */
import { createDecipheriv } from "node:crypto";
import { DATA, TAG_BYTES, type UdpSecHeader } from "./udp-sec-header.ts";

export interface OpenedPacket {
  /** Contiguous stream bytes that the sender of this packet has received. */
  readonly delivered: number;
  readonly window: number;
  /** DATA only. */
  readonly data: { readonly offset: number; readonly bytes: Buffer; readonly fin: boolean } | undefined;
}

const RECEIVER_STATE_BYTES = 16;
const NONCE_BYTES = 12;

/** @param key hex, 32 bytes @returns undefined if the packet doesn't open, or opens to something that isn't a packet */
export function openPacket(header: UdpSecHeader, key: string): OpenedPacket | undefined {
  const plain = open(key, header.packetNumber, header.raw, header.body);
  if (plain === undefined || plain.length < RECEIVER_STATE_BYTES) return undefined;
  const delivered = Number(plain.readBigUInt64LE(0));
  const window = plain.readUInt32LE(8);
  if (header.type !== DATA) return { delivered, window, data: undefined };
  if (plain.length < RECEIVER_STATE_BYTES + 8) return undefined;
  const offset = Number(plain.readBigUInt64LE(16));
  return { delivered, window, data: { offset, bytes: plain.subarray(24), fin: (header.flags & 1) !== 0 } };
}

/** @param counter of the record in its direction, from 0 @returns its plaintext, or undefined if it doesn't open */
export function openRecord(ciphertext: Buffer, counter: number, key: string): Buffer | undefined {
  return open(key, counter, Buffer.alloc(0), ciphertext);
}

function open(key: string, counter: number, associatedData: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64LE(BigInt(counter), 4);
  const text = sealed.subarray(0, sealed.length - TAG_BYTES);
  const decipher = createDecipheriv("chacha20-poly1305", Buffer.from(key, "hex"), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData, { plaintextLength: text.length });
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plain = decipher.update(text);
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
