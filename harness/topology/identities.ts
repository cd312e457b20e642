import { createHash, createPrivateKey, createPublicKey, hkdfSync, randomBytes } from "node:crypto";

/**
 * A device's identity as the peer table wants it, and as whoever judges a capture needs it. Made here with Node's crypto: the
 * harness shares no code with the core.
 */
export interface Identity {
  /** 32-byte Ed25519 secret seed, hex. */
  readonly identitySeed: string;
  readonly deviceId: string;
  /** Noise static public key, hex. */
  readonly staticKey: string;
  /** What it follows from, hex. */
  readonly staticSecret: string;
}

const SEED_BYTES = 32;
const NONCE_BYTES = 32;
/** DER of PKCS #8 around 32 raw bytes (RFC 8410 7). */
const ED25519_PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const X25519_PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");

/**
 * 256 bits that no other run has: with the identities of an earlier one a guest could play its transcript again.
 *
 * @returns hex
 */
export function freshNonce(): string {
  return randomBytes(NONCE_BYTES).toString("hex");
}

/**
 * How a guest's events name its run. Neither profile nor seed stand in it: whoever knew the seed could draw the lies that a peer will tell it.
 *
 * @param nonce of the run
 */
export function runNameOf(nonce: string): string {
  return `run-${Buffer.from(hkdfSync("sha256", nonce, "udpsec run", "", 6)).toString("hex")}`;
}

/**
 * What guests call a peer: drawn for each run, since a name that tells who is who tells a guest whom to look at.
 *
 * @param nonce of the run @param owner whose name it is, e.g. `a/dsoftbusd`
 */
export function aliasFor(nonce: string, owner: string): string {
  return `peer-${Buffer.from(hkdfSync("sha256", nonce, "udpsec alias", owner, 6)).toString("hex")}`;
}

/** @param nonce of the run @param owner who it belongs to, e.g. `a/selftest` @returns u32 that the content of its probes is drawn from */
export function contentSeedOf(nonce: string, owner: string): number {
  return Buffer.from(hkdfSync("sha256", nonce, "udpsec content", owner, 4)).readUInt32LE(0);
}

/** @param nonce of the run: same nonce, same identities @param owner who it belongs to, e.g. `a/dsoftbusd` */
export function makeIdentity(nonce: string, owner: string): Identity {
  const seed = Buffer.from(hkdfSync("sha256", nonce, "udpsec identity", owner, SEED_BYTES));
  const signing = publicKey(ED25519_PKCS8, seed);
  const staticSecret = clamp(createHash("sha256").update(seed).digest());
  return {
    identitySeed: seed.toString("hex"),
    deviceId: createHash("sha256").update(signing).digest("hex"),
    staticKey: publicKey(X25519_PKCS8, staticSecret).toString("hex"),
    staticSecret: staticSecret.toString("hex"),
  };
}

function publicKey(prefix: Buffer, secret: Buffer): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([prefix, secret]), format: "der", type: "pkcs8" });
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-SEED_BYTES);
}

/** RFC 7748 5. */
function clamp(secret: Buffer): Buffer {
  const clamped = Buffer.from(secret);
  clamped[0] = (clamped[0] ?? 0) & 248;
  clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
  return clamped;
}
