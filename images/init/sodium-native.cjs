// What the agent in a guest finds as the package `sodium-native`: the functions that it uses, over the package's library beside this file.
// The package's own index is 3,000 lines, which each process of a guest would have to read.
"use strict";
// It is there in a guest alone.
const library = require(`${__dirname}/sodium-native.node`);

const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const KEY_BYTES = 32;

const AEAD = "aead_chacha20poly1305_ietf";
const NEEDED = [`${AEAD}_encrypt`, `${AEAD}_decrypt`, `${AEAD}_decrypt_detached`, "scalarmult"];
for (const name of NEEDED) {
  if (typeof library[`crypto_${name}`] !== "function") throw new TypeError(`this sodium-native has no crypto_${name}`);
}

/** The library trusts what it is given: a wrong size would be read beyond its end. */
function check(holds, what) {
  if (!holds) throw new RangeError(what);
}

exports.crypto_aead_chacha20poly1305_ietf_encrypt = (sealed, plaintext, associatedData, _secretNonce, nonce, key) => {
  check(sealed.length === plaintext.length + TAG_BYTES, "sealed is longer by a tag");
  check(nonce.length === NONCE_BYTES && key.length === KEY_BYTES, "a nonce has 12 bytes, a key 32");
  const written = library.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, plaintext, associatedData, nonce, key);
  check(written >= 0, "could not be sealed");
};

exports.crypto_aead_chacha20poly1305_ietf_decrypt = (plaintext, _secretNonce, sealed, associatedData, nonce, key) => {
  check(sealed.length === plaintext.length + TAG_BYTES, "sealed is longer by a tag");
  check(nonce.length === NONCE_BYTES && key.length === KEY_BYTES, "a nonce has 12 bytes, a key 32");
  const written = library.crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, sealed, associatedData, nonce, key);
  check(written >= 0, "does not open");
};

exports.crypto_aead_chacha20poly1305_ietf_decrypt_detached = (plaintext, _secretNonce, text, tag, data, nonce, key) => {
  check(
    text.length === plaintext.length && tag.length === TAG_BYTES,
    "text and plaintext are of one length, a tag has 16",
  );
  check(nonce.length === NONCE_BYTES && key.length === KEY_BYTES, "a nonce has 12 bytes, a key 32");
  const status = library.crypto_aead_chacha20poly1305_ietf_decrypt_detached(plaintext, text, tag, data, nonce, key);
  check(status === 0, "does not open");
};

exports.crypto_scalarmult = (shared, secret, publicKey) => {
  check(
    [shared, secret, publicKey].every(({ length }) => length === KEY_BYTES),
    "a key has 32 bytes",
  );
  check(library.crypto_scalarmult(shared, secret, publicKey) === 0, "no shared secret");
};

exports.crypto_scalarmult_base = (publicKey, secret) => {
  check(publicKey.length === KEY_BYTES && secret.length === KEY_BYTES, "a key has 32 bytes");
  check(library.crypto_scalarmult_base(publicKey, secret) === 0, "no public key");
};
