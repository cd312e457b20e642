import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../harness/host/project-root.ts";
import { PACKAGES_OF_AGENT, sodiumFiles } from "./sodium-library.ts";

type Call = (...given: (Uint8Array | null)[]) => void;
let folder: string;
let functions: Record<string, Call>;
let sodium: Record<"encrypt" | "decrypt" | "decryptDetached" | "scalarmult" | "scalarmultBase", Call>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "udpsec-sodium-"));
  mkdirSync(join(folder, PACKAGES_OF_AGENT), { recursive: true });
  for (const [name, contents] of Object.entries(await sodiumFiles())) writeFileSync(join(folder, name), contents);
  // As the agent finds it.
  functions = createRequire(join(folder, "agent/start.cjs"))("sodium-native") as Record<string, Call>;
  const named = (name: string): Call => functions[`crypto_${name}`]!;
  sodium = {
    encrypt: named("aead_chacha20poly1305_ietf_encrypt"),
    decrypt: named("aead_chacha20poly1305_ietf_decrypt"),
    decryptDetached: named("aead_chacha20poly1305_ietf_decrypt_detached"),
    scalarmult: named("scalarmult"),
    scalarmultBase: named("scalarmult_base"),
  };
});

afterAll(() => rmSync(folder, { recursive: true }));

const [key, nonce, associatedData] = [new Uint8Array(32).fill(7), new Uint8Array(12).fill(1), new Uint8Array(26)];
const plaintext = new TextEncoder().encode("from the host's own package");

function sealedByNode(): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
  cipher.setAAD(associatedData, { plaintextLength: plaintext.length });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

test("it seals as node:crypto does, and opens nothing that was changed", () => {
  const sealed = new Uint8Array(plaintext.length + 16);
  sodium.encrypt(sealed, plaintext, associatedData, null, nonce, key);
  expect(sealed).toEqual(new Uint8Array(sealedByNode()));
  const opened = new Uint8Array(plaintext.length);
  sodium.decrypt(opened, null, sealed, associatedData, nonce, key);
  expect(opened).toEqual(plaintext);
  sealed[0]! ^= 1;
  expect(() => sodium.decrypt(opened, null, sealed, associatedData, nonce, key)).toThrow();
});

test("it has every function that the agent calls: one that is missing throws, which looks like a packet that does not open", () => {
  const source = readFileSync(join(projectRoot(), "guest/node/crypto/sodium.ts"), "utf8");
  const called = new Set([...source.matchAll(/sodium\.(crypto_\w+)\(/g)].map(([, name = ""]) => name));
  expect(called.size).toBeGreaterThan(3);
  expect([...called].filter((name) => functions[name] === undefined)).toEqual([]);
});

test("a packet opens in its own memory, and one that was changed does not", () => {
  const sealed = new Uint8Array(sealedByNode());
  const [text, tag] = [sealed.subarray(0, plaintext.length), sealed.subarray(plaintext.length)];
  const spoiled = text.slice();
  const changed = tag.map((byte) => byte ^ 1);
  expect(() => sodium.decryptDetached(spoiled, null, spoiled, changed, associatedData, nonce, key)).toThrow();
  sodium.decryptDetached(text, null, text, tag, associatedData, nonce, key);
  expect(text).toEqual(plaintext);
});

test("its X25519 is node:crypto's", () => {
  const [own, other] = [generateKeyPairSync("x25519"), generateKeyPairSync("x25519")];
  const raw = (exported: { x?: string; d?: string }, part: "x" | "d") =>
    new Uint8Array(Buffer.from(exported[part]!, "base64url"));
  const secret = raw(own.privateKey.export({ format: "jwk" }), "d");
  const shared = new Uint8Array(32);
  sodium.scalarmult(shared, secret, raw(other.publicKey.export({ format: "jwk" }), "x"));
  expect(shared).toEqual(new Uint8Array(diffieHellman({ privateKey: own.privateKey, publicKey: other.publicKey })));
  const publicKey = new Uint8Array(32);
  sodium.scalarmultBase(publicKey, secret);
  expect(publicKey).toEqual(raw(createPublicKey(own.privateKey).export({ format: "jwk" }), "x"));
  // A point of small order has no shared secret.
  expect(() => sodium.scalarmult(shared, secret, new Uint8Array(32))).toThrow();
});

test("a wrong size is never read", () => {
  const sealed = new Uint8Array(plaintext.length + 16);
  expect(() => sodium.encrypt(sealed, plaintext, associatedData, null, nonce.subarray(1), key)).toThrow(RangeError);
  expect(() => sodium.encrypt(sealed.subarray(1), plaintext, associatedData, null, nonce, key)).toThrow(RangeError);
  expect(() => sodium.decrypt(plaintext, null, sealed, associatedData, nonce, key.subarray(1))).toThrow(RangeError);
  const tag = new Uint8Array(16);
  const openWith = (text: Uint8Array, short: Uint8Array, by: Uint8Array): void =>
    sodium.decryptDetached(plaintext.slice(), null, text, short, associatedData, nonce, by);
  expect(() => openWith(plaintext.subarray(1), tag, key)).toThrow(RangeError);
  expect(() => openWith(plaintext, tag.subarray(1), key)).toThrow(RangeError);
  expect(() => openWith(plaintext, tag, key.subarray(1))).toThrow(RangeError);
  expect(() => sodium.scalarmult(new Uint8Array(32), key.subarray(1), key)).toThrow(RangeError);
  expect(() => sodium.scalarmultBase(new Uint8Array(31), key)).toThrow(RangeError);
});

test.each([
  ["no package", undefined, true],
  ["one of another generation", '{"version":"4.3.0"}', true],
  ["one whose manifest is broken", "{", true],
  ["one without a version", "{}", true],
  ["one without the library for this machine", '{"version":"5.0.1"}', false],
])("%s: the guest has none", async (_, manifest, hasLibrary) => {
  const at = join(mkdtempSync(join(folder, "host-")), "node_modules/sodium-native");
  mkdirSync(join(at, "prebuilds/linux-x64"), { recursive: true });
  if (manifest !== undefined) writeFileSync(join(at, "package.json"), manifest);
  if (hasLibrary) writeFileSync(join(at, "prebuilds/linux-x64/sodium-native.node"), "");
  expect(await sodiumFiles(join(at, "../../images.ts"))).toEqual({});
});
