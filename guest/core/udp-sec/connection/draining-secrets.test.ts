import { describe, expect, it } from "vitest";
import { nativeCrypto } from "../../../node/crypto/native.ts";
import { aeadWith } from "../../crypto/aead-with.ts";
import type { CryptoPrimitives } from "../../crypto/primitives.ts";
import { setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

function observed() {
  let living = 0;
  const crypto: CryptoPrimitives = {
    ...nativeCrypto,
    chacha20Poly1305: (key) => {
      const aead = nativeCrypto.chacha20Poly1305(key);
      living += 1;
      const wipe = () => {
        living -= 1;
        aead.wipe();
      };
      return aeadWith(aead, { wipe });
    },
  };
  const setup = setupFor("initiator", { crypto, handshakeRttMs: 30 });
  const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
  return {
    connection: new Connection(setup),
    peer: new ForgedPeer(),
    areWiped: () => living === 0 && isZero(setup.sendKey) && isZero(setup.receiveKey),
  };
}

describe("the keys of a connection are gone", () => {
  // Requirement: L-6
  it("the moment the peer closes: draining needs none", () => {
    const { connection, peer, areWiped } = observed();
    expect(areWiped()).toBe(false);
    connection.receive(peer.close(0, ""), 1);
    expect(connection.stats().state).toBe("draining");
    expect(areWiped()).toBe(true);
  });

  // Requirement: L-5
  it("the moment the peer answers our CLOSE with its own", () => {
    const { connection, peer, areWiped } = observed();
    connection.close(0, "", 1);
    connection.poll(1);
    expect(areWiped()).toBe(false);
    connection.receive(peer.close(0, ""), 2);
    expect(connection.stats().state).toBe("ended");
    expect(areWiped()).toBe(true);
  });

  it("the moment it ends without a word", () => {
    const { connection, areWiped } = observed();
    connection.endLocally("REPLACED", 1);
    expect(areWiped()).toBe(true);
  });
});
