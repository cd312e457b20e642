/** The primitives by OpenSSL. Keys go in and out as raw bytes. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { join, zeros } from "./bytes.ts";

/** What stands before a raw key in DER (RFC 8410). */
const SECRET_PREFIX = { x25519: "302e020100300506032b656e04220420", ed25519: "302e020100300506032b657004220420" };
const PUBLIC_PREFIX = { x25519: "302a300506032b656e032100", ed25519: "302a300506032b6570032100" };
const TAG_BYTES = 16;
type Curve = keyof typeof SECRET_PREFIX;

export function sha256(message: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(message).digest());
}

export function hmacBlake2s(key: Uint8Array, message: Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac("blake2s256", key).update(message).digest());
}

export function x25519Public(secret: Uint8Array): Uint8Array {
  return rawPublic(secretKey("x25519", secret));
}

/** @throws if all bytes of the result are zero: a point of small order (RFC 7748 section 6.1) */
export function x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const der = Buffer.concat([Buffer.from(PUBLIC_PREFIX.x25519, "hex"), publicKey]);
  const peer = createPublicKey({ key: der, format: "der", type: "spki" });
  return Uint8Array.from(diffieHellman({ privateKey: secretKey("x25519", secret), publicKey: peer }));
}

export function ed25519Public(seed: Uint8Array): Uint8Array {
  return rawPublic(secretKey("ed25519", seed));
}

export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return Uint8Array.from(sign(null, message, secretKey("ed25519", seed)));
}

/** By OpenSSL: S below the group order, no cofactor; which public keys are fit for it is the caller's question. */
export function ed25519Verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const der = Buffer.concat([Buffer.from(PUBLIC_PREFIX.ed25519, "hex"), publicKey]);
  try {
    return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
  } catch {
    // Not a point.
    return false;
  }
}

/** @param counter the nonce is four zero bytes and this as u64 @returns ciphertext and tag */
export function seal(key: Uint8Array, counter: number, associated: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(BigInt(counter), 4);
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated, { plaintextLength: plaintext.length });
  return join(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/** @returns undefined if it doesn't open */
export function open(
  key: Uint8Array,
  counter: number,
  associated: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const textBytes = sealed.length - TAG_BYTES;
  if (textBytes < 0) return undefined;
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64LE(BigInt(counter), 4);
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated, { plaintextLength: textBytes });
  decipher.setAuthTag(sealed.subarray(textBytes));
  const plaintext = decipher.update(sealed.subarray(0, textBytes));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
}

function secretKey(curve: Curve, secret: Uint8Array): KeyObject {
  const der = Buffer.concat([Buffer.from(SECRET_PREFIX[curve], "hex"), secret]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

function rawPublic(secret: KeyObject): Uint8Array {
  const der = createPublicKey(secret).export({ format: "der", type: "spki" });
  return join(zeros(0), der.subarray(-32));
}
