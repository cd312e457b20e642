/**
 * Content in bulk, on one stream, checked at the far end: `announcement (seed u32, length u64) || content || digest (32)`, the
 * first and the last as messages, the content as it is; the receiver answers with a verdict message (`ok u8 || its digest`).
 */
import { ByteReader, ByteWriter } from "../../core/index.ts";
import { DIGEST_BYTES } from "../messages/content-digest.ts";

export const BULK_SERVICE = "bulk";
/** A receiver refuses longer content: nobody keeps it busy for ever with one announcement. */
export const MAX_BULK_BYTES = 4 * 1024 * 1024 * 1024;

export interface BulkContent {
  /** Names the bytes: see `testContent`. */
  readonly seed: number;
  readonly lengthBytes: number;
}

export function encodeAnnouncedBulk({ seed, lengthBytes }: BulkContent): Uint8Array {
  return new ByteWriter(12).u32(seed).u64(lengthBytes).finish();
}

/** @returns undefined if it is malformed or longer than `MAX_BULK_BYTES` */
export function decodeAnnouncedBulk(message: Uint8Array): BulkContent | undefined {
  const reader = new ByteReader(message);
  const content = { seed: reader.u32(), lengthBytes: reader.u64() };
  return reader.isExactlyConsumed && content.lengthBytes <= MAX_BULK_BYTES ? content : undefined;
}

export function encodeBulkVerdict(isSame: boolean, digest: Uint8Array): Uint8Array {
  return new ByteWriter(1 + DIGEST_BYTES)
    .u8(isSame ? 1 : 0)
    .bytes(digest)
    .finish();
}
