/**
 * The primitives on node:crypto: several times faster than noble on a machine with native code, and more so under emulation.
 *
 * Raw keys go in as JWK because OpenSSL takes those without its slow search for a decoder (55 us against 550 us for PKCS#8 on
 * the machine this was measured on).
 */
import {
  type CipherKey,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import {
  type Aead,
  AEAD_TAG_BYTES,
  type CryptoPrimitives,
  isAcceptableEd25519Key,
  nobleCrypto,
  WipedKeyError,
} from "../../core/index.ts";

const ALGORITHM = "chacha20-poly1305";
const TAG_OPTIONS = { authTagLength: AEAD_TAG_BYTES };

export const nativeCrypto: CryptoPrimitives = {
  name: "native",
  sha256: (message) => plain(createHash("sha256").update(message).digest()),
  blake2s: (message) => plain(createHash("blake2s256").update(message).digest()),
  // OpenSSL 3.0 has keyed BLAKE2s as a MAC that node:crypto does not offer.
  keyedBlake2s128: (key, message) => nobleCrypto.keyedBlake2s128(key, message),
  hmacBlake2s: (key, message) => plain(createHmac("blake2s256", key).update(message).digest()),
  x25519PublicKey: (secret) => publicHalf(privateKey("X25519", secret)),
  x25519: (secret, publicKey) =>
    plain(diffieHellman({ privateKey: privateKey("X25519", secret), publicKey: importPublicKey("X25519", publicKey) })),
  ed25519PublicKey: (seed) => publicHalf(privateKey("Ed25519", seed)),
  ed25519Sign: (seed, message) => plain(sign(null, message, privateKey("Ed25519", seed))),
  ed25519Verify,
  chacha20Poly1305: (key) => new NativeAead(key),
};

type Curve = "X25519" | "Ed25519";

function ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64 || !isAcceptableEd25519Key(publicKey)) return false;
  try {
    return verify(null, message, importPublicKey("Ed25519", publicKey), signature);
  } catch {
    return false;
  }
}

/** A raw secret of the wrong length throws, as noble does. */
function privateKey(curve: Curve, secret: Uint8Array): KeyObject {
  const d = Buffer.from(secret.buffer, secret.byteOffset, secret.length).toString("base64url");
  // `x` must be there but is derived anew from `d`.
  return createPrivateKey({ key: { kty: "OKP", crv: curve, d, x: d }, format: "jwk" });
}

function importPublicKey(curve: Curve, publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("base64url");
  return createPublicKey({ key: { kty: "OKP", crv: curve, x }, format: "jwk" });
}

function publicHalf(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: "jwk" });
  return plain(Buffer.from(x ?? "", "base64url"));
}

/** Core must never see a Buffer: its `slice` makes a view where `Uint8Array` makes a copy. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

class NativeAead implements Aead {
  #key: KeyObject | undefined;

  constructor(key: Uint8Array) {
    if (key.length !== 32) throw new RangeError(`a ChaCha20-Poly1305 key has 32 bytes, not ${key.length}`);
    this.#key = createSecretKey(key);
  }

  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const sealed = new Uint8Array(plaintext.length + AEAD_TAG_BYTES);
    this.sealInto(sealed, nonce, associatedData, plaintext);
    return sealed;
  }

  sealInto(sealed: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    const cipher = createCipheriv(ALGORITHM, this.#liveKey(), nonce, TAG_OPTIONS);
    cipher.setAAD(associatedData, { plaintextLength: plaintext.length });
    sealed.set(cipher.update(plaintext));
    cipher.final();
    sealed.set(cipher.getAuthTag(), plaintext.length);
  }

  open(nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    const key = this.#liveKey();
    const bodyBytes = ciphertext.length - AEAD_TAG_BYTES;
    if (bodyBytes < 0) return undefined;
    const decipher = createDecipheriv(ALGORITHM, key, nonce, TAG_OPTIONS);
    decipher.setAAD(associatedData, { plaintextLength: bodyBytes });
    decipher.setAuthTag(ciphertext.subarray(bodyBytes));
    try {
      const plaintext = decipher.update(ciphertext.subarray(0, bodyBytes));
      decipher.final();
      return plain(plaintext);
    } catch {
      return undefined;
    }
  }

  wipe(): void {
    // OpenSSL clears the key's memory when the garbage collector lets go of the object: no earlier way exists.
    this.#key = undefined;
  }

  #liveKey(): CipherKey {
    if (this.#key === undefined) throw new WipedKeyError();
    return this.#key;
  }
}
