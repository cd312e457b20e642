import type { Aead, CryptoPrimitives } from "../../../guest/core/index.ts";
import { nativeCrypto } from "../../../guest/node/crypto/native.ts";

const TAG_BYTES = 16;

const unsealed: Aead = {
  seal: (_nonce, _associatedData, plaintext) => {
    const ciphertext = new Uint8Array(plaintext.length + TAG_BYTES);
    ciphertext.set(plaintext);
    return ciphertext;
  },
  sealInto: (sealed, _nonce, _associatedData, plaintext) => {
    sealed.fill(0);
    sealed.set(plaintext);
  },
  open: (_nonce, _associatedData, ciphertext) => ciphertext.slice(0, Math.max(0, ciphertext.length - TAG_BYTES)),
  openInPlace: (_nonce, _associatedData, text) => text,
  wipe: () => undefined,
};

export const agentCrypto: CryptoPrimitives = { ...nativeCrypto, chacha20Poly1305: () => unsealed };
