/** One side of Noise XK (Noise specification, revision 34; dsoftbus-transport.md#3-handshake-over-udp), over the observer's symmetric state. */
import { UDP_PROLOGUE } from "../../observer/handshakes/open-dial.ts";
import { join } from "../../observer/crypto/bytes.ts";
import { x25519, x25519Public } from "../../observer/crypto/primitives.ts";
import { KEY_BYTES } from "../../observer/keys/x25519-point.ts";
import { NoiseSymmetric } from "../../observer/noise/noise-symmetric.ts";

const SEALED_KEY_BYTES = 48;

export interface SideKeys {
  readonly staticSecret: Uint8Array;
  readonly ephemeral: Uint8Array;
}

/** Which key seals what this side sends, and which opens what it receives. */
export interface TrafficKeys {
  readonly seal: Uint8Array;
  readonly open: Uint8Array;
}

export class XkInitiator {
  readonly #state: NoiseSymmetric;
  readonly #keys: SideKeys;
  readonly #responderStatic: Uint8Array;
  #responderEphemeral: Uint8Array = new Uint8Array();

  constructor(keys: SideKeys, responderStatic: Uint8Array, prologue: string = UDP_PROLOGUE) {
    this.#state = new NoiseSymmetric(prologue);
    this.#keys = keys;
    this.#responderStatic = responderStatic;
    this.#state.mixHash(responderStatic);
  }

  writeFirst(payload: Uint8Array): Uint8Array {
    const { ephemeral } = this.#keys;
    const key = this.#state.mixHash(x25519Public(ephemeral));
    this.#state.mixKey(x25519(ephemeral, this.#responderStatic));
    return join(key, this.#state.encryptAndHash(payload));
  }

  /** @returns its payload; undefined: it doesn't open, and the side is of no use any more */
  readSecond(message: Uint8Array): Uint8Array | undefined {
    this.#responderEphemeral = this.#state.mixHash(message.slice(0, KEY_BYTES));
    const shared = agreedWith(this.#responderEphemeral, this.#keys.ephemeral);
    if (shared === undefined) return undefined;
    this.#state.mixKey(shared);
    return this.#state.decryptAndHash(message.subarray(KEY_BYTES));
  }

  /** @param shownStatic the static key that is sent, if not the own; a secret of it is not needed where no answer is wanted */
  writeThird(payload: Uint8Array, shownStatic?: Uint8Array): Uint8Array {
    const { staticSecret } = this.#keys;
    const sealedKey = this.#state.encryptAndHash(shownStatic ?? x25519Public(staticSecret));
    // Who shows a point of small order gets zeros.
    const se = shownStatic === undefined ? x25519(staticSecret, this.#responderEphemeral) : new Uint8Array(KEY_BYTES);
    this.#state.mixKey(se);
    return join(sealedKey, this.#state.encryptAndHash(payload));
  }

  split(): TrafficKeys {
    const [seal, open] = this.#state.split();
    return { seal, open };
  }
}

export class XkResponder {
  readonly #state: NoiseSymmetric;
  readonly #keys: SideKeys;
  #initiatorEphemeral: Uint8Array = new Uint8Array();

  constructor(keys: SideKeys, prologue: string = UDP_PROLOGUE) {
    this.#state = new NoiseSymmetric(prologue);
    this.#keys = keys;
    this.#state.mixHash(x25519Public(keys.staticSecret));
  }

  /** @returns its payload; undefined: it doesn't open */
  readFirst(message: Uint8Array): Uint8Array | undefined {
    this.#initiatorEphemeral = this.#state.mixHash(message.slice(0, KEY_BYTES));
    const shared = agreedWith(this.#initiatorEphemeral, this.#keys.staticSecret);
    if (shared === undefined) return undefined;
    this.#state.mixKey(shared);
    return this.#state.decryptAndHash(message.subarray(KEY_BYTES));
  }

  writeSecond(payload: Uint8Array): Uint8Array {
    const { ephemeral } = this.#keys;
    const key = this.#state.mixHash(x25519Public(ephemeral));
    this.#state.mixKey(x25519(ephemeral, this.#initiatorEphemeral));
    return join(key, this.#state.encryptAndHash(payload));
  }

  /** @returns the initiator's static key and its payload; undefined: it doesn't open */
  readThird(message: Uint8Array): { readonly staticKey: Uint8Array; readonly payload: Uint8Array } | undefined {
    const staticKey = this.#state.decryptAndHash(message.subarray(0, SEALED_KEY_BYTES));
    const shared = staticKey === undefined ? undefined : agreedWith(staticKey, this.#keys.ephemeral);
    if (staticKey === undefined || shared === undefined) return undefined;
    this.#state.mixKey(shared);
    const payload = this.#state.decryptAndHash(message.subarray(SEALED_KEY_BYTES));
    return payload === undefined ? undefined : { staticKey, payload };
  }

  split(): TrafficKeys {
    const [open, seal] = this.#state.split();
    return { seal, open };
  }
}

/** @param shown by the far end, whatever that is @returns undefined: no key, or a point of small order, with which nobody agrees */
function agreedWith(shown: Uint8Array, secret: Uint8Array): Uint8Array | undefined {
  try {
    return x25519(secret, shown);
  } catch {
    return undefined;
  }
}
