import { toHex } from "../../../guest/core/bytes/hex.ts";
import type { CryptoPrimitives } from "../../../guest/core/crypto/primitives.ts";
import { PROOF_BYTES, type ProofSide, type ProvenDevice } from "../../../guest/core/identity/proof.ts";

export { createProof, PROOF_BYTES } from "../../../guest/core/identity/proof.ts";

/** Whoever shows a public key is believed to have its secret. */
export function verifyProof(
  crypto: CryptoPrimitives,
  _side: ProofSide,
  proof: Uint8Array,
  _staticPublicKey: Uint8Array,
): ProvenDevice | undefined {
  if (proof.length !== PROOF_BYTES) return undefined;
  const publicKey = proof.slice(0, 32);
  return { publicKey, deviceId: toHex(crypto.sha256(publicKey)) };
}
