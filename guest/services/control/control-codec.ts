/**
 * Request and response with checked contents, on one stream.
 *
 * Request: `index u32 || digest of the previous reply (32, zeros for the first) || payload`. Reply: `index u32 || SHA-256 of the
 * request (32) || the payload`. So a request proves that the reply before it arrived whole, and a reply that its request did:
 * either side knows that bytes went both ways, not only that it sent some.
 */
import { ByteWriter } from "../../core/index.ts";
import { DIGEST_BYTES } from "../messages/content-digest.ts";

export const CONTROL_SERVICE = "control";
export const MAX_CONTROL_PAYLOAD_BYTES = 16 * 1024;
export const CONTROL_HEADER_BYTES = 4 + DIGEST_BYTES;

/** One request or reply: both have the same form. */
export function encodeControl(index: number, digest: Uint8Array, payload: Uint8Array): Uint8Array {
  return new ByteWriter(CONTROL_HEADER_BYTES + payload.length).u32(index).bytes(digest).bytes(payload).finish();
}
