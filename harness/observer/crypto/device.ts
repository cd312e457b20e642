/** Identity (dsoftbus-transport.md#2-device-identity): what follows from a device's seed. */
import { ascii, hex, join } from "./bytes.ts";
import { ed25519Public, ed25519Sign, sha256, x25519Public } from "./primitives.ts";

/** Whose proof: the responder's is the server's. */
export type Side = "server" | "client";

export interface Device {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly deviceId: string;
  readonly staticSecret: Uint8Array;
  readonly staticPublicKey: Uint8Array;
}

/** @param seed of Ed25519, 32 bytes */
export function deviceOfSeed(seed: Uint8Array): Device {
  const publicKey = ed25519Public(seed);
  const staticSecret = clamped(sha256(seed));
  const staticPublicKey = x25519Public(staticSecret);
  return { seed, publicKey, deviceId: hex(sha256(publicKey)), staticSecret, staticPublicKey };
}

/** RFC 7748 section 5. */
function clamped(secret: Uint8Array): Uint8Array {
  const copy = secret.slice();
  copy[0] = (copy[0] ?? 0) & 0xf8;
  copy[31] = ((copy[31] ?? 0) & 0x7f) | 0x40;
  return copy;
}

/** What a proof signs. */
export function proofMessage(side: Side, staticPublicKey: Uint8Array): Uint8Array {
  return sha256(join(ascii(`${side}-static`), staticPublicKey));
}

/** @param staticPublicKey the device's own, unless a wrong one is wanted */
export function proofOf(device: Device, side: Side, staticPublicKey = device.staticPublicKey): Uint8Array {
  return join(device.publicKey, ed25519Sign(device.seed, proofMessage(side, staticPublicKey)));
}
