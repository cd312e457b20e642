import type { CryptoPrimitives, RandomBytes } from "./crypto/primitives.ts";
import { X25519_KEY_BYTES } from "./crypto/primitives.ts";
import type { DeviceIdentity } from "./identity/device-identity.ts";
import type { KeyLog } from "./key-log.ts";
import { HandshakeState } from "./noise/handshake-state.ts";

/** Who begins, and of the initiator whom it expects (Noise 7.5: XK knows the responder's static key). */
export type HandshakeStart =
  { readonly role: "initiator"; readonly remoteStaticPublicKey: Uint8Array } | { readonly role: "responder" };

/** Whose handshake it is, and what it is made with. */
export interface HandshakeDevice {
  readonly crypto: CryptoPrimitives;
  readonly random: RandomBytes;
  readonly identity: DeviceIdentity;
  readonly keyLog?: KeyLog | undefined;
}

/**
 * A handshake of this device with a fresh ephemeral key, for either transport. The ephemeral secret lives in the state alone, and in a
 * key log if there is one.
 *
 * @param prologue differs by transport, so that a transcript of one can't be replayed into the other
 * @throws NoiseError if the remote static key has not 32 bytes
 */
export function beginNoiseHandshake(
  device: HandshakeDevice,
  prologue: Uint8Array,
  start: HandshakeStart,
): HandshakeState {
  const { crypto, random, identity, keyLog } = device;
  const ephemeralSecret = random(X25519_KEY_BYTES);
  const noise = new HandshakeState({ crypto, prologue, staticKey: identity.staticKey, ephemeralSecret, ...start });
  keyLog?.ephemeral(noise.ephemeralPublicKey, ephemeralSecret);
  ephemeralSecret.fill(0);
  return noise;
}
