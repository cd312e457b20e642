import * as honest from "../../../guest/services/control/control-codec.ts";

export const { CONTROL_SERVICE, MAX_CONTROL_PAYLOAD_BYTES, CONTROL_HEADER_BYTES } = honest;

/** Zeros in the place of the digest: it proves nothing of the message before. */
export function encodeControl(index: number, digest: Uint8Array, payload: Uint8Array): Uint8Array {
  return honest.encodeControl(index, new Uint8Array(digest.length), payload);
}
