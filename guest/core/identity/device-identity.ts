/**
 * Who a device is (dsoftbus-transport.md#2-device-identity): an Ed25519 key pair that names it, and the Noise static key that
 * follows from the same seed.
 */
import { toHex } from "../bytes/hex.ts";
import type { CryptoPrimitives, X25519Key } from "../crypto/primitives.ts";
import { createProof, type ProofSide } from "./proof.ts";

export const SEED_BYTES = 32;

/** A seed that is none. */
export class IdentityError extends Error {
  readonly code = "IDENTITY_BAD_SEED";

  constructor(lengthBytes: number) {
    super(`an identity seed has ${SEED_BYTES} bytes, not ${lengthBytes}: generate one from a good entropy source`);
    this.name = "IdentityError";
  }
}

export class DeviceIdentity {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Lowercase hex SHA-256 of the public key. */
  readonly deviceId: string;
  /** X25519, 32 bytes. */
  readonly staticPublicKey: Uint8Array;
  /** For handshakes: not to be wiped by them. */
  readonly staticKey: X25519Key;
  readonly #staticSecret: Uint8Array;
  readonly #proofs: Readonly<Record<ProofSide, Uint8Array>>;

  /**
   * Derives everything at once; the seed is not kept.
   *
   * @param seed the 32-byte Ed25519 secret seed; the caller may wipe it afterwards
   * @throws IdentityError if it has another length
   */
  constructor(crypto: CryptoPrimitives, seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new IdentityError(seed.length);
    this.publicKey = crypto.ed25519PublicKey(seed);
    this.deviceId = deviceIdOf(crypto, this.publicKey);
    this.#staticSecret = clampX25519(crypto.sha256(seed));
    this.staticKey = crypto.x25519Key(this.#staticSecret);
    this.staticPublicKey = this.staticKey.publicKey;
    const prove = (side: ProofSide) => createProof(crypto, side, seed, this.publicKey, this.staticPublicKey);
    this.#proofs = { server: prove("server"), client: prove("client") };
  }

  /** The bytes of `staticKey`, not a copy: neither keep nor change them. Handshakes don't need them. */
  get staticSecret(): Uint8Array {
    return this.#staticSecret;
  }

  /** What this device sends to prove that it holds both keys: 96 bytes, the same in every handshake. */
  proof(side: ProofSide): Uint8Array {
    return this.#proofs[side];
  }

  /** Forgets the static secret. No handshake works afterwards. */
  wipe(): void {
    this.#staticSecret.fill(0);
    this.staticKey.wipe();
  }
}

/** @param publicKey Ed25519, 32 bytes @returns lowercase hex SHA-256 of it, 64 digits */
export function deviceIdOf(crypto: CryptoPrimitives, publicKey: Uint8Array): string {
  return toHex(crypto.sha256(publicKey));
}

/** RFC 7748 5: the scalar is a multiple of 8 below 2^255 with bit 254 set. */
function clampX25519(secret: Uint8Array): Uint8Array {
  secret[0] = (secret[0] ?? 0) & 0xf8;
  secret[31] = ((secret[31] ?? 0) & 0x7f) | 0x40;
  return secret;
}
