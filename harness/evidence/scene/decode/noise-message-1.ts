/** The first message of Noise XK (dsoftbus-transport.md#3-handshake-over-udp), opened with the responder's static secret: node:crypto, none of the stack. */
import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
} from "node:crypto";

const NAME = "Noise_XK_25519_ChaChaPoly_BLAKE2s";
const PROLOGUE = "dsoftbus udp-sec v1";
const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** Of MSG1: mac1 and cookie follow the Noise message. */
const TRAILER_BYTES = 32;
/** DER of a raw key (RFC 8410). */
const X25519_PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const X25519_SPKI = Buffer.from("302a300506032b656e032100", "hex");

/** @param body of MSG1 @param identitySeed hex; the static secret follows from it (dsoftbus-transport.md#2-device-identity) */
export function opensForDevice(body: Buffer, identitySeed: string): boolean {
  if (body.length < KEY_BYTES + TAG_BYTES + TRAILER_BYTES) return false;
  const message = body.subarray(0, body.length - TRAILER_BYTES);
  const ephemeral = message.subarray(0, KEY_BYTES);
  const secret = privateKey(createHash("sha256").update(Buffer.from(identitySeed, "hex")).digest());
  const ownPublic = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-KEY_BYTES);
  const start = blake2s(Buffer.from(NAME));
  const hash = [Buffer.from(PROLOGUE), ownPublic, ephemeral].reduce((h, data) => blake2s(h, data), start);
  const peer = createPublicKey({ key: Buffer.concat([X25519_SPKI, ephemeral]), format: "der", type: "spki" });
  let shared: Buffer;
  try {
    shared = diffieHellman({ privateKey: secret, publicKey: peer });
  } catch {
    // A point of small order.
    return false;
  }
  const temporary = hmac(start, shared);
  const key = hmac(temporary, Buffer.concat([hmac(temporary, Buffer.of(1)), Buffer.of(2)]));
  return authenticates(message.subarray(KEY_BYTES), key, hash);
}

function authenticates(sealed: Buffer, key: Buffer, associatedData: Buffer): boolean {
  const text = sealed.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv("chacha20-poly1305", key, Buffer.alloc(12), { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData, { plaintextLength: text.length });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  decipher.update(text);
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** RFC 7748 5 clamps on use. */
function privateKey(secret: Buffer): ReturnType<typeof createPrivateKey> {
  return createPrivateKey({ key: Buffer.concat([X25519_PKCS8, secret]), format: "der", type: "pkcs8" });
}

function blake2s(...parts: readonly Buffer[]): Buffer {
  return createHash("blake2s256").update(Buffer.concat(parts)).digest();
}

function hmac(key: Buffer, data: Buffer): Buffer {
  return createHmac("blake2s256", key).update(data).digest();
}
