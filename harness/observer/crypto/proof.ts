/** A proof of identity as it stands in a message (dsoftbus-transport.md#2-device-identity). */
import { hex, numberOf } from "./bytes.ts";
import { proofMessage, type Side } from "./device.ts";
import { ed25519Verifies, sha256 } from "./primitives.ts";

export const PROOF_LENGTH = 96;
const PUBLIC_KEY_BYTES = 32;
const P = 2n ** 255n - 19n;
/** y of the points whose order divides 8; the sign bit doesn't matter. */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd83d3d706a17c7n,
]);

export type ProofResult =
  | { readonly deviceId: string; readonly problem?: undefined }
  | { readonly problem: string; readonly deviceId?: undefined };

/** @param staticPublicKey that Noise has authenticated */
export function readProof(side: Side, staticPublicKey: Uint8Array, proof: Uint8Array): ProofResult {
  if (proof.length !== PROOF_LENGTH) return { problem: `a proof of ${proof.length} bytes` };
  const publicKey = proof.subarray(0, PUBLIC_KEY_BYTES);
  const y = numberOf(publicKey) & (2n ** 255n - 1n);
  if (y >= P) return { problem: "the public key is no canonical encoding" };
  if (SMALL_ORDER_Y.has(y)) return { problem: "the public key has small order" };
  const message = proofMessage(side, staticPublicKey);
  if (!ed25519Verifies(publicKey, message, proof.subarray(PUBLIC_KEY_BYTES)))
    return { problem: "the signature does not verify" };
  return { deviceId: hex(sha256(publicKey)) };
}
