/** Asks the peer to open echo streams towards the asker: `count u32` on stream `mirror`, answered with `passed u32`. */
import { ByteReader, ByteWriter } from "../../core/index.ts";

export const MIRROR_SERVICE = "mirror";
export const MAX_MIRRORED_STREAMS = 64;

export function encodeStreamCount(count: number): Uint8Array {
  return new ByteWriter(4).u32(count).finish();
}

/** @returns undefined if there is no message or it has another form */
export function decodeStreamCount(message: Uint8Array | undefined): number | undefined {
  return message?.length === 4 ? new ByteReader(message).u32() : undefined;
}
