/** Noise_XK_25519_ChaChaPoly_BLAKE2s (Noise specification, revision 34), seen by somebody who knows the secrets of both sides. */
import { join } from "../../../harness/observer/crypto/bytes.ts";
import { x25519, x25519Public } from "../../../harness/observer/crypto/primitives.ts";
import { NoiseSymmetric } from "../../../harness/observer/noise/noise-symmetric.ts";

export interface NoiseSecrets {
  readonly prologue: string;
  readonly initiatorStatic: Uint8Array;
  readonly initiatorEphemeral: Uint8Array;
  readonly responderStatic: Uint8Array;
  readonly responderEphemeral: Uint8Array;
}

export interface NoiseTranscript {
  readonly messages: readonly [Uint8Array, Uint8Array, Uint8Array];
  readonly handshakeHash: Uint8Array;
  /** With which the initiator seals. */
  readonly initiatorKey: Uint8Array;
  readonly responderKey: Uint8Array;
}

/** @param payloads of the three messages */
export function noiseXk(
  secrets: NoiseSecrets,
  payloads: readonly [Uint8Array, Uint8Array, Uint8Array],
): NoiseTranscript {
  const { initiatorStatic, initiatorEphemeral, responderStatic, responderEphemeral } = secrets;
  const responderPublic = x25519Public(responderStatic);
  const responderEphemeralPublic = x25519Public(responderEphemeral);
  const state = new NoiseSymmetric(secrets.prologue);
  state.mixHash(responderPublic);

  const first = [state.mixHash(x25519Public(initiatorEphemeral))];
  state.mixKey(x25519(initiatorEphemeral, responderPublic));
  first.push(state.encryptAndHash(payloads[0]));

  const second = [state.mixHash(responderEphemeralPublic)];
  state.mixKey(x25519(initiatorEphemeral, responderEphemeralPublic));
  second.push(state.encryptAndHash(payloads[1]));

  const third = [state.encryptAndHash(x25519Public(initiatorStatic))];
  state.mixKey(x25519(initiatorStatic, responderEphemeralPublic));
  third.push(state.encryptAndHash(payloads[2]));

  const [initiatorKey, responderKey] = state.split();
  const messages = [join(...first), join(...second), join(...third)] as const;
  return { messages, handshakeHash: state.hash, initiatorKey, responderKey };
}
