/** Identity (dsoftbus-transport.md#2-device-identity). */
import { ascii, hex, join } from "./bytes.ts";
import { ed25519Public, ed25519Sign, secretOf, sha256, x25519Public } from "./primitives.ts";

export type Side = "server" | "client";

export interface Device {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly deviceId: string;
  readonly staticSecret: Uint8Array;
  readonly staticPublicKey: Uint8Array;
}

export function deviceOf(label: string): Device {
  const seed = secretOf(label);
  const publicKey = ed25519Public(seed);
  const staticSecret = sha256(seed);
  staticSecret[0] = (staticSecret[0] ?? 0) & 0xf8;
  staticSecret[31] = ((staticSecret[31] ?? 0) & 0x7f) | 0x40;
  const staticPublicKey = x25519Public(staticSecret);
  return { seed, publicKey, deviceId: hex(sha256(publicKey)), staticSecret, staticPublicKey };
}

/** What a proof signs. */
export function proofMessage(side: Side, staticPublicKey: Uint8Array): Uint8Array {
  return sha256(join(ascii(`${side}-static`), staticPublicKey));
}

/** @param staticPublicKey the device's own, unless the vector is about a wrong one */
export function proofOf(device: Device, side: Side, staticPublicKey = device.staticPublicKey): Uint8Array {
  return join(device.publicKey, ed25519Sign(device.seed, proofMessage(side, staticPublicKey)));
}
