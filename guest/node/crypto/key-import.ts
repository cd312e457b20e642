/**
 * Raw keys as node:crypto's objects, and back. They go in as JWK because OpenSSL takes those without its slow search for a decoder
 * (9 us a public key against 80 for SPKI). A secret costs as much as a Diffie-Hellman all the same, since its public half is computed
 * anew: so each is imported once, and public keys are remembered.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

export type Curve = "X25519" | "Ed25519";

export interface KeyImporter {
  /** @param secret 32 bytes @throws if it has another length */
  secretKey(curve: Curve, secret: Uint8Array): KeyObject;
  /** @param publicKey 32 bytes @throws if it has another length, or may be no key */
  publicKey(curve: Curve, publicKey: Uint8Array): KeyObject;
}

export const jwkImport: KeyImporter = {
  secretKey: (curve, secret) => {
    const d = base64Url(secret);
    // `x` must be there but is derived anew from `d`.
    return createPrivateKey({ key: { kty: "OKP", crv: curve, d, x: d }, format: "jwk" });
  },
  publicKey: (curve, publicKey) =>
    createPublicKey({ key: { kty: "OKP", crv: curve, x: base64Url(publicKey) }, format: "jwk" }),
};

/** @returns 32 bytes */
export function publicHalf(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: "jwk" });
  return new Uint8Array(Buffer.from(x ?? "", "base64url"));
}

/**
 * Public keys of other devices that were imported lately: an ephemeral one is needed twice within a handshake, that of a peer whenever it
 * dials. Anybody can make us import one, so the oldest is forgotten; none of them is a secret.
 */
export class PublicKeys {
  static readonly remembered = 256;
  readonly #importer: KeyImporter;
  readonly #known = new Map<string, KeyObject>();

  constructor(importer: KeyImporter) {
    this.#importer = importer;
  }

  get size(): number {
    return this.#known.size;
  }

  /** @throws as the importer does */
  get(curve: Curve, publicKey: Uint8Array): KeyObject {
    const name = `${curve} ${base64Url(publicKey)}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const key = this.#importer.publicKey(curve, publicKey);
    if (this.#known.size >= PublicKeys.remembered) this.#forgetOldest();
    this.#known.set(name, key);
    return key;
  }

  #forgetOldest(): void {
    for (const name of this.#known.keys()) {
      this.#known.delete(name);
      return;
    }
  }
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
}
