import type { X25519Key } from "./primitives.ts";
import { WipedKeyError } from "./wiped-key.ts";

/** X25519 of a library that takes secrets as they are. */
export interface RawX25519 {
  publicKey(secret: Uint8Array): Uint8Array;
  /** @throws if the shared secret is all zero */
  shared(secret: Uint8Array, publicKey: Uint8Array): Uint8Array;
}

/** A key for implementations that import nothing: the secret itself, in an array of its own. */
export class RawX25519Key implements X25519Key {
  readonly publicKey: Uint8Array;
  readonly #curve: RawX25519;
  #secret: Uint8Array | undefined;

  /** @param secret 32 bytes, copied @param publicKey of it, where it is known */
  constructor(secret: Uint8Array, curve: RawX25519, publicKey?: Uint8Array) {
    this.publicKey = publicKey ?? curve.publicKey(secret);
    this.#curve = curve;
    this.#secret = secret.slice();
  }

  agree(publicKey: Uint8Array): Uint8Array {
    return this.#curve.shared(this.#liveSecret(), publicKey);
  }

  clone(): X25519Key {
    return new RawX25519Key(this.#liveSecret(), this.#curve, this.publicKey);
  }

  wipe(): void {
    this.#secret?.fill(0);
    this.#secret = undefined;
  }

  #liveSecret(): Uint8Array {
    if (this.#secret === undefined) throw new WipedKeyError();
    return this.#secret;
  }
}
