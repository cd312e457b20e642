/**
 * Noise XK by somebody who only looks on: from the secrets of one side, or of both, and the messages on the wire. Each message that came
 * is tried against what the one before it left behind, so that several answers to one message are no trouble.
 */
import { NoiseSymmetric } from "./noise-symmetric.ts";

const KEY_BYTES = 32;
const SEALED_KEY_BYTES = 48;

/** A Diffie-Hellman of two public keys, as far as their secrets are known (`Secrets.shared`). */
type DiffieHellman =
  | { readonly kind: "known"; readonly secret: Uint8Array }
  | { readonly kind: "unknown" | "small-order" | "contradicted" };

/** Why a message is not open. `closed`: by the right key it doesn't authenticate. */
export interface NotOpened {
  readonly kind: Exclude<DiffieHellman["kind"], "known"> | "closed";
}

export type SharedOf = (one: Uint8Array, other: Uint8Array) => DiffieHellman;

export interface FirstMessage {
  readonly kind: "opened";
  readonly responderStatic: Uint8Array;
  readonly initiatorEphemeral: Uint8Array;
  readonly payload: Uint8Array;
  readonly after: NoiseSymmetric;
}

export interface SecondMessage {
  readonly kind: "opened";
  readonly responderEphemeral: Uint8Array;
  readonly payload: Uint8Array;
  readonly after: NoiseSymmetric;
}

export interface ThirdMessage {
  readonly kind: "opened";
  readonly initiatorStatic: Uint8Array;
  readonly payload: Uint8Array;
  readonly handshakeHash: Uint8Array;
  /** With which the initiator seals. */
  readonly initiatorKey: Uint8Array;
  readonly responderKey: Uint8Array;
}

/** `-> e, es` */
export function openFirstMessage(
  prologue: string,
  responderStatic: Uint8Array,
  message: Uint8Array,
  sharedOf: SharedOf,
): FirstMessage | NotOpened {
  const initiatorEphemeral = message.subarray(0, KEY_BYTES);
  const es = sharedOf(initiatorEphemeral, responderStatic);
  if (es.kind !== "known") return es;
  const state = new NoiseSymmetric(prologue);
  state.mixHash(responderStatic);
  state.mixHash(initiatorEphemeral);
  state.mixKey(es.secret);
  const payload = state.decryptAndHash(message.subarray(KEY_BYTES));
  if (payload === undefined) return { kind: "closed" };
  return { kind: "opened", responderStatic, initiatorEphemeral, payload, after: state };
}

/** `<- e, ee` */
export function openSecondMessage(
  first: FirstMessage,
  message: Uint8Array,
  sharedOf: SharedOf,
): SecondMessage | NotOpened {
  const responderEphemeral = message.subarray(0, KEY_BYTES);
  const ee = sharedOf(first.initiatorEphemeral, responderEphemeral);
  if (ee.kind !== "known") return ee;
  const state = first.after.copy();
  state.mixHash(responderEphemeral);
  state.mixKey(ee.secret);
  const payload = state.decryptAndHash(message.subarray(KEY_BYTES));
  if (payload === undefined) return { kind: "closed" };
  return { kind: "opened", responderEphemeral, payload, after: state };
}

/** `-> s, se`: the initiator's static key comes open before it is needed. */
export function openThirdMessage(
  second: SecondMessage,
  message: Uint8Array,
  sharedOf: SharedOf,
): ThirdMessage | NotOpened {
  const state = second.after.copy();
  const initiatorStatic = state.decryptAndHash(message.subarray(0, SEALED_KEY_BYTES));
  if (initiatorStatic === undefined) return { kind: "closed" };
  const se = sharedOf(initiatorStatic, second.responderEphemeral);
  if (se.kind !== "known") return se;
  state.mixKey(se.secret);
  const payload = state.decryptAndHash(message.subarray(SEALED_KEY_BYTES));
  if (payload === undefined) return { kind: "closed" };
  const [initiatorKey, responderKey] = state.split();
  return { kind: "opened", initiatorStatic, payload, handshakeHash: state.hash, initiatorKey, responderKey };
}
