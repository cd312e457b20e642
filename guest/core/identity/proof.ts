/**
 * The proof that binds a Noise static key to a device (dsoftbus-transport.md#2-device-identity): `public key (32) || Ed25519
 * signature (64)` over SHA-256(tag || own static public key).
 */
import { concatBytes } from "../bytes/concat.ts";
import { toHex } from "../bytes/hex.ts";
import { encodeUtf8 } from "../bytes/utf8.ts";
import type { CryptoPrimitives } from "../crypto/primitives.ts";

export const PROOF_BYTES = 96;
const PUBLIC_KEY_BYTES = 32;

/** `server` is the responder, `client` the initiator: the words of the tags. */
export type ProofSide = "server" | "client";

const TAGS: Readonly<Record<ProofSide, Uint8Array>> = {
  server: encodeUtf8("server-static"),
  client: encodeUtf8("client-static"),
};

export interface ProvenDevice {
  readonly publicKey: Uint8Array;
  readonly deviceId: string;
}

/** @returns 96 bytes */
export function createProof(
  crypto: CryptoPrimitives,
  side: ProofSide,
  seed: Uint8Array,
  publicKey: Uint8Array,
  staticPublicKey: Uint8Array,
): Uint8Array {
  return concatBytes(publicKey, crypto.ed25519Sign(seed, proofDigest(crypto, side, staticPublicKey)));
}

/**
 * Checks a proof strictly (small-order and non-canonical keys refused).
 *
 * @param side whose proof it is
 * @param staticPublicKey the key that Noise authenticated for the peer, never one that the peer merely told
 * @returns who the peer is, or undefined if it doesn't prove it
 */
export function verifyProof(
  crypto: CryptoPrimitives,
  side: ProofSide,
  proof: Uint8Array,
  staticPublicKey: Uint8Array,
): ProvenDevice | undefined {
  if (proof.length !== PROOF_BYTES) return undefined;
  const publicKey = proof.slice(0, PUBLIC_KEY_BYTES);
  const digest = proofDigest(crypto, side, staticPublicKey);
  if (!crypto.ed25519Verify(publicKey, digest, proof.subarray(PUBLIC_KEY_BYTES))) return undefined;
  return { publicKey, deviceId: toHex(crypto.sha256(publicKey)) };
}

function proofDigest(crypto: CryptoPrimitives, side: ProofSide, staticPublicKey: Uint8Array): Uint8Array {
  return crypto.sha256(concatBytes(TAGS[side], staticPublicKey));
}
