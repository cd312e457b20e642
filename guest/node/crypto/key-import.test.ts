import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { DEFAULT_TRANSPORT_PARAMETERS, DeviceIdentity, Endpoint, toHex } from "../../core/index.ts";
import { jwkImport, type KeyImporter, PublicKeys } from "./key-import.ts";
import { createNativeCrypto } from "./native.ts";

/** Counts by key how often it was imported. */
class CountingImporter implements KeyImporter {
  readonly secrets = new Map<string, number>();
  readonly publics = new Map<string, number>();
  readonly secretKey: KeyImporter["secretKey"] = (curve, secret) => {
    count(this.secrets, `${curve} ${toHex(secret)}`);
    return jwkImport.secretKey(curve, secret);
  };
  readonly publicKey: KeyImporter["publicKey"] = (curve, publicKey) => {
    count(this.publics, `${curve} ${toHex(publicKey)}`);
    return jwkImport.publicKey(curve, publicKey);
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** A device with importer and address of its own. */
function device(seed: number) {
  const imports = new CountingImporter();
  const crypto = createNativeCrypto(imports);
  const identity = new DeviceIdentity(crypto, new Uint8Array(32).fill(seed));
  imports.secrets.clear();
  const endpoint = new Endpoint({
    crypto,
    identity,
    random: (length) => new Uint8Array(randomBytes(length)),
    accept: { authorise: () => true },
    parameters: DEFAULT_TRANSPORT_PARAMETERS,
  });
  return { imports, identity, endpoint, address: { host: "10.0.0.1", port: seed } };
}

type Device = ReturnType<typeof device>;

function dial(from: Device, to: Device): void {
  const { deviceId, staticPublicKey } = to.identity;
  from.endpoint.dial({ deviceId, staticPublicKey, address: to.address }, {}, 0);
  for (let moved = true; moved;) {
    moved = false;
    for (const [sender, receiver] of [[from, to] as const, [to, from] as const]) {
      for (let out = sender.endpoint.poll(0); out !== undefined; out = sender.endpoint.poll(0)) {
        receiver.endpoint.receive(out.datagram, sender.address, 0);
        moved = true;
      }
    }
  }
}

test("a handshake imports no key twice, and the keys of a known peer not at all", () => {
  const [initiator, responder] = [device(1), device(2)];
  dial(initiator, responder);
  for (const { imports, endpoint } of [initiator, responder]) {
    expect(endpoint.takeEvents().map(({ type }) => type)).toContain("established");
    expect([...imports.secrets.values()]).toEqual([1]);
    // The peer's ephemeral and static keys, and the one of its proof.
    expect([...imports.publics.values()]).toEqual([1, 1, 1]);
  }
  dial(initiator, responder);
  for (const { imports } of [initiator, responder]) {
    expect([...imports.secrets.values()]).toEqual([1, 1]);
    expect([...imports.publics.values()]).toEqual([1, 1, 1, 1]);
  }
});

test("public keys are remembered to a number, the oldest forgotten first", () => {
  const imports = new CountingImporter();
  const keys = new PublicKeys(imports);
  const keyOf = (index: number): Uint8Array => Uint8Array.of(index & 255, index >> 8, ...new Uint8Array(30).fill(9));
  for (let index = 0; index <= PublicKeys.remembered; index += 1) keys.get("X25519", keyOf(index));
  expect([keys.size, imports.publics.size]).toEqual([PublicKeys.remembered, PublicKeys.remembered + 1]);
  keys.get("X25519", keyOf(1));
  expect(imports.publics.get(`X25519 ${toHex(keyOf(1))}`)).toBe(1);
  keys.get("X25519", keyOf(0));
  expect(imports.publics.get(`X25519 ${toHex(keyOf(0))}`)).toBe(2);
});

test("one key on two curves is two keys", () => {
  const keys = new PublicKeys(jwkImport);
  const bytes = new Uint8Array(32).fill(9);
  expect(keys.get("X25519", bytes).asymmetricKeyType).toBe("x25519");
  expect(keys.get("Ed25519", bytes).asymmetricKeyType).toBe("ed25519");
});
