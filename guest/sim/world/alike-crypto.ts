import type { Aead, CryptoPrimitives } from "../../core/index.ts";

/**
 * A daemon's status tells the name of its primitives, and the memory behind the bytes that it holds: more where packets are opened in
 * their own memory. Both are made alike, or the same seed would leave another trace with other primitives.
 */
export function alikeCrypto(crypto: CryptoPrimitives): CryptoPrimitives {
  return { ...crypto, name: "noble", chacha20Poly1305: (key) => new AlikeAead(crypto.chacha20Poly1305(key)) };
}

class AlikeAead implements Aead {
  readonly #aead: Aead;

  constructor(aead: Aead) {
    this.#aead = aead;
  }

  seal(nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.#aead.seal(nonce, associatedData, plaintext);
  }

  sealInto(sealed: Uint8Array, nonce: Uint8Array, associatedData: Uint8Array, plaintext: Uint8Array): void {
    this.#aead.sealInto(sealed, nonce, associatedData, plaintext);
  }

  open(nonce: Uint8Array, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined {
    return this.#aead.open(nonce, associatedData, ciphertext);
  }

  openInPlace(
    nonce: Uint8Array,
    associatedData: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): Uint8Array | undefined {
    return this.#aead.openInPlace(nonce, associatedData, text, tag)?.slice();
  }

  wipe(): void {
    this.#aead.wipe();
  }
}
