import { aeadWith, type CryptoPrimitives } from "../../core/index.ts";

/**
 * A daemon's status tells the name of its primitives, and the memory behind the bytes that it holds: more where packets are opened in
 * their own memory. Both are made alike, or the same seed would leave another trace with other primitives.
 */
export function alikeCrypto(crypto: CryptoPrimitives): CryptoPrimitives {
  return {
    ...crypto,
    name: "noble",
    chacha20Poly1305: (key) => {
      const aead = crypto.chacha20Poly1305(key);
      return aeadWith(aead, { openInPlace: (...packet) => aead.openInPlace(...packet)?.slice() });
    },
  };
}
