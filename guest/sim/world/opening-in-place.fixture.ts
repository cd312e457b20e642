/** All that `openInPlace` allows, and libsodium does: the datagram is spent, whether it opens or not. */
import type { Aead, CryptoPrimitives } from "../../core/index.ts";
import { aeadWith } from "../../core/crypto/aead-with.ts";
import { nativeCrypto } from "../../node/crypto/native.ts";

export const openingInPlace: CryptoPrimitives = {
  ...nativeCrypto,
  chacha20Poly1305: (key) => {
    const aead = nativeCrypto.chacha20Poly1305(key);
    const openInPlace: Aead["openInPlace"] = (nonce, associatedData, text, tag) => {
      const plaintext = aead.openInPlace(nonce, associatedData, text, tag);
      text.fill(0);
      if (plaintext === undefined) return undefined;
      text.set(plaintext);
      return text;
    };
    return aeadWith(aead, { openInPlace });
  },
};
