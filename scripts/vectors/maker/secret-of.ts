import { ascii } from "../../../harness/observer/crypto/bytes.ts";
import { sha256 } from "../../../harness/observer/crypto/primitives.ts";

/** @returns reproducible bytes for that label: a secret of a vector */
export function secretOf(label: string): Uint8Array {
  return sha256(ascii(`dsoftbus vectors/${label}`));
}
