import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../bytes/utf8.ts";
import { nobleCrypto } from "../crypto/noble.ts";
import type { CryptoPrimitives } from "../crypto/primitives.ts";
import { CipherState } from "./cipher-state.ts";
import { HandshakeState, MAX_NOISE_MESSAGE_BYTES } from "./handshake-state.ts";
import { NoiseError, type NoiseErrorCode } from "./noise-error.ts";
import { SymmetricState } from "./symmetric-state.ts";

const crypto = nobleCrypto;
const PROLOGUE = encodeUtf8("test");

const INITIATOR = crypto.x25519Key(new Uint8Array(32).fill(1));
const RESPONDER = crypto.x25519Key(new Uint8Array(32).fill(2));

function pair(initiatorPrologue = PROLOGUE, primitives: CryptoPrimitives = crypto) {
  const common = { crypto: primitives, prologue: PROLOGUE };
  return {
    initiator: new HandshakeState({
      ...common,
      role: "initiator",
      prologue: initiatorPrologue,
      staticKey: INITIATOR,
      ephemeralSecret: new Uint8Array(32).fill(3),
      remoteStaticPublicKey: RESPONDER.publicKey,
    }),
    responder: new HandshakeState({
      ...common,
      role: "responder",
      staticKey: RESPONDER,
      ephemeralSecret: new Uint8Array(32).fill(4),
    }),
  };
}

function finished() {
  const { initiator, responder } = pair();
  responder.readMessage(initiator.writeMessage(encodeUtf8("one")));
  initiator.readMessage(responder.writeMessage(encodeUtf8("two")));
  responder.readMessage(initiator.writeMessage(encodeUtf8("three")));
  return { initiator, responder };
}

function codeOf(action: () => unknown): NoiseErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof NoiseError) return error.code;
    throw error;
  }
  return undefined;
}

describe("XK handshake", () => {
  // Requirement: H-1
  it("carries payloads, tells the static key after message 3, and splits into crossed keys", () => {
    const { initiator, responder } = pair();
    expect(responder.readMessage(initiator.writeMessage(encodeUtf8("one")))).toEqual(encodeUtf8("one"));
    expect(initiator.readMessage(responder.writeMessage(encodeUtf8("two")))).toEqual(encodeUtf8("two"));
    expect(responder.remoteStaticPublicKey).toBeUndefined();
    expect(responder.readMessage(initiator.writeMessage(encodeUtf8("three")))).toEqual(encodeUtf8("three"));
    expect(responder.remoteStaticPublicKey).toEqual(INITIATOR.publicKey);
    expect(initiator.remoteStaticPublicKey).toEqual(RESPONDER.publicKey);
    expect(initiator.getHandshakeHash()).toEqual(responder.getHandshakeHash());
    expect(initiator.splitKeys().sendKey).toEqual(responder.splitKeys().receiveKey);
    expect(initiator.splitKeys().receiveKey).toEqual(responder.splitKeys().sendKey);
    const [a, b] = [initiator.split(), responder.split()];
    for (const text of ["x", "y"]) {
      const sealed = a.send.encryptWithAd(PROLOGUE, encodeUtf8(text));
      expect(b.receive.decryptWithAd(PROLOGUE, sealed)).toEqual(encodeUtf8(text));
    }
    expect([a.send.nonce, b.receive.nonce, b.send.nonce]).toEqual([2, 2, 0]);
  });

  it("has a typed error for the wrong turn, the end, and what comes too early", () => {
    const { initiator, responder } = pair();
    expect(codeOf(() => initiator.readMessage(new Uint8Array(48)))).toBe("NOISE_WRONG_TURN");
    expect(codeOf(() => responder.writeMessage(new Uint8Array(0)))).toBe("NOISE_WRONG_TURN");
    expect(codeOf(() => initiator.getHandshakeHash())).toBe("NOISE_NOT_FINISHED");
    expect(codeOf(() => initiator.splitKeys())).toBe("NOISE_NOT_FINISHED");
    const done = finished();
    for (const state of [done.initiator, done.responder]) {
      expect(state.isFinished).toBe(true);
      expect(codeOf(() => state.writeMessage(new Uint8Array(0)))).toBe("NOISE_FINISHED");
      expect(codeOf(() => state.readMessage(new Uint8Array(64)))).toBe("NOISE_FINISHED");
    }
  });

  it("says which message is at fault, counted from 1", () => {
    const { initiator, responder } = pair();
    expect(() => responder.writeMessage(PROLOGUE)).toThrow(/^message 1 is the initiator's to write$/);
    expect(() => responder.readMessage(new Uint8Array(47))).toThrow(
      /^message 1 has 47 bytes and must have 48 to 65535$/,
    );
    responder.readMessage(initiator.writeMessage(PROLOGUE));
    expect(() => initiator.writeMessage(PROLOGUE)).toThrow(/^message 2 is the responder's to write$/);
  });

  it("keeps the responder's key as it was handed in", () => {
    const remoteStaticPublicKey = RESPONDER.publicKey.slice();
    const initiator = new HandshakeState({
      ...{ crypto, prologue: PROLOGUE, role: "initiator", staticKey: INITIATOR, remoteStaticPublicKey },
      ephemeralSecret: new Uint8Array(32).fill(3),
    });
    remoteStaticPublicKey.fill(0);
    expect(initiator.remoteStaticPublicKey).toEqual(RESPONDER.publicKey);
    expect(pair().responder.readMessage(initiator.writeMessage(PROLOGUE))).toEqual(PROLOGUE);
  });

  it("checks lengths at their edges", () => {
    const empty = new Uint8Array(0);
    const { initiator, responder } = pair();
    expect(codeOf(() => responder.readMessage(new Uint8Array(47)))).toBe("NOISE_BAD_LENGTH");
    expect(codeOf(() => responder.readMessage(new Uint8Array(48)))).toBe("NOISE_BAD_KEY");
    expect(codeOf(() => responder.readMessage(new Uint8Array(MAX_NOISE_MESSAGE_BYTES + 1)))).toBe("NOISE_BAD_LENGTH");
    expect(codeOf(() => initiator.writeMessage(new Uint8Array(MAX_NOISE_MESSAGE_BYTES - 47)))).toBe("NOISE_BAD_LENGTH");
    const largest = initiator.writeMessage(new Uint8Array(MAX_NOISE_MESSAGE_BYTES - 48));
    expect(largest).toHaveLength(MAX_NOISE_MESSAGE_BYTES);
    expect(responder.readMessage(largest)).toHaveLength(MAX_NOISE_MESSAGE_BYTES - 48);
    const message2 = responder.writeMessage(empty);
    expect(codeOf(() => initiator.readMessage(message2.subarray(1)))).toBe("NOISE_BAD_LENGTH");
    initiator.readMessage(message2);
    const message3 = initiator.writeMessage(empty);
    expect(codeOf(() => responder.readMessage(message3.subarray(1)))).toBe("NOISE_BAD_LENGTH");
    expect(responder.readMessage(message3)).toHaveLength(0);
    for (const length of [31, 33]) {
      const bad = { crypto, prologue: PROLOGUE, role: "responder", staticKey: RESPONDER } as const;
      expect(codeOf(() => new HandshakeState({ ...bad, ephemeralSecret: new Uint8Array(length) }))).toBe(
        "NOISE_BAD_LENGTH",
      );
    }
  });

  // Requirement: H-42
  it("is left as it was by any message with any bit changed", () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(), fc.nat(7), (broken, position, bit) => {
        const { initiator, responder } = pair();
        for (let index = 0; index < 3; index += 1) {
          const [writer, reader] = index % 2 === 0 ? [initiator, responder] : [responder, initiator];
          const message = writer.writeMessage(encodeUtf8("payload"));
          if (index === broken) {
            const at = position % message.length;
            const changed = message.with(at, (message[at] ?? 0) ^ (1 << bit));
            // X25519 ignores the top bit of a key (RFC 7748 5), but the hash over the message doesn't.
            expect(codeOf(() => reader.readMessage(changed))).toMatch(/NOISE_(DECRYPT_FAILED|BAD_KEY)/);
          }
          expect(reader.readMessage(message)).toEqual(encodeUtf8("payload"));
        }
        expect(initiator.getHandshakeHash()).toEqual(responder.getHandshakeHash());
      }),
      { numRuns: 60 },
    );
  });

  it("fails with another prologue or another responder", () => {
    const spliced = pair(encodeUtf8("another transport"));
    expect(codeOf(() => spliced.responder.readMessage(spliced.initiator.writeMessage(PROLOGUE)))).toBe(
      "NOISE_DECRYPT_FAILED",
    );
  });

  it("is copied by clone, and neither copy sees what the other does", () => {
    const { initiator, responder } = pair();
    const message1 = initiator.writeMessage(PROLOGUE);
    const copy = responder.clone();
    copy.readMessage(message1);
    copy.wipe();
    expect(responder.readMessage(message1)).toEqual(PROLOGUE);
    expect(initiator.clone().readMessage(responder.writeMessage(PROLOGUE))).toEqual(PROLOGUE);
  });

  it("holds no secret after wiping, and uses its own copy of the ephemeral", () => {
    const ephemeralSecret = new Uint8Array(32).fill(4);
    const seen: Uint8Array[] = [];
    const spying: CryptoPrimitives = {
      ...crypto,
      x25519Key: (secret) => {
        const own = secret.slice();
        seen.push(own);
        Object.defineProperty(own, "slice", { value: () => own });
        const key = crypto.x25519Key(own);
        const agree = (publicKey: Uint8Array): Uint8Array => {
          const shared = key.agree(publicKey);
          seen.push(shared);
          return shared;
        };
        return { publicKey: key.publicKey, agree, clone: () => key.clone(), wipe: () => key.wipe() };
      },
      hmacBlake2s: (key, message) => {
        const result = crypto.hmacBlake2s(key, message);
        seen.push(result);
        return result;
      },
    };
    const { initiator } = pair();
    const responder = new HandshakeState({
      crypto: spying,
      prologue: PROLOGUE,
      role: "responder",
      staticKey: RESPONDER,
      ephemeralSecret,
    });
    responder.readMessage(initiator.writeMessage(PROLOGUE));
    initiator.readMessage(responder.writeMessage(PROLOGUE));
    responder.readMessage(initiator.writeMessage(PROLOGUE));
    responder.wipe();
    responder.wipe();
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.filter((secret) => secret.some((byte) => byte !== 0))).toEqual([]);
    expect(ephemeralSecret.every((byte) => byte === 4)).toBe(true);
    expect(() => RESPONDER.agree(INITIATOR.publicKey)).not.toThrow();
    for (const action of [() => responder.splitKeys(), () => responder.writeMessage(PROLOGUE)]) {
      expect(codeOf(action)).toBe("NOISE_WIPED");
    }
  });
});

describe("CipherState", () => {
  it("passes bytes through without a key (5.1)", () => {
    const cipher = new CipherState(crypto);
    expect(cipher.hasKey).toBe(false);
    expect(cipher.encryptWithAd(PROLOGUE, PROLOGUE)).toEqual(PROLOGUE);
    expect(cipher.decryptWithAd(PROLOGUE, PROLOGUE)).toEqual(PROLOGUE);
    expect(cipher.nonce).toBe(0);
  });

  it("doesn't use up a nonce on what fails, and stops where numbers do", () => {
    const cipher = new CipherState(crypto);
    cipher.initializeKey(new Uint8Array(32));
    expect(codeOf(() => cipher.decryptWithAd(PROLOGUE, new Uint8Array(16)))).toBe("NOISE_DECRYPT_FAILED");
    expect(cipher.nonce).toBe(0);
    cipher.setNonce(2 ** 32);
    const sealed = cipher.encryptWithAd(PROLOGUE, PROLOGUE);
    const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0);
    expect(sealed).toEqual(crypto.chacha20Poly1305(new Uint8Array(32)).seal(nonce, PROLOGUE, PROLOGUE));
    cipher.setNonce(2 ** 53);
    expect(codeOf(() => cipher.encryptWithAd(PROLOGUE, PROLOGUE))).toBe("NOISE_NONCE_EXHAUSTED");
  });
});

describe("SymmetricState", () => {
  it("pads a protocol name of up to 32 bytes and hashes a longer one (5.2)", () => {
    const hashOf = (name: string) => SymmetricState.initialize(crypto, name).getHandshakeHash();
    expect(hashOf("a")).toEqual(new Uint8Array(32).fill(0x61, 0, 1));
    expect(hashOf("a".repeat(32))).toEqual(new Uint8Array(32).fill(0x61));
    expect(hashOf("a".repeat(33))).toEqual(crypto.blake2s(encodeUtf8("a".repeat(33))));
    expect(SymmetricState.initialize(crypto, "a").hasKey).toBe(false);
  });

  it("has a hash that mixing a key leaves alone, and hands out copies of it", () => {
    const state = SymmetricState.initialize(crypto, "a");
    const hash = state.getHandshakeHash().slice();
    state.mixKey(PROLOGUE);
    expect(state.getHandshakeHash()).toEqual(hash);
    state.getHandshakeHash().fill(0);
    expect(state.getHandshakeHash()).toEqual(hash);
    expect(state.hasKey).toBe(true);
  });
});
