/** fixtures/vectors/identity.json: keys and proofs that follow from seeds, and proofs that prove nothing. */
import { flipped, hex, join, littleEndian, numberOf, zeros } from "../../../harness/observer/crypto/bytes.ts";
import { proofMessage, proofOf } from "../../../harness/observer/crypto/device.ts";
import { deviceOf } from "./device.ts";
import { GROUP_ORDER, mixedOrderSignature } from "./edwards.ts";
import type { MadeFile, NegativeCase } from "./vector-file.ts";

/** y of the points whose order divides 8 (RFC 8032's encoding), without the sign bit, and encodings at and above the prime. */
const SMALL_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "0100000000000000000000000000000000000000000000000000000000000080",
];
const NOT_CANONICAL = [
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

const alice = deviceOf("identity/a");
const bob = deviceOf("identity/b");

export function identityFile(): MadeFile {
  const vectors = [alice, bob, deviceOf("identity/c")].map((device, index) => ({
    name: `device ${index + 1}`,
    seed: hex(device.seed),
    public_key: hex(device.publicKey),
    device_id: device.deviceId,
    static_secret: hex(device.staticSecret),
    static_public_key: hex(device.staticPublicKey),
    server_proof: hex(proofOf(device, "server")),
    client_proof: hex(proofOf(device, "client")),
  }));
  return {
    name: "identity",
    about:
      "From a seed to identity and proofs. Negative: a proof as it came, for the side and the static key that Noise authenticated.",
    vectors,
    negative: [...wrongProofs(), ...wrongKeys()],
  };
}

function refused(name: string, requirement: string, proof: Uint8Array): NegativeCase {
  const verdict = { proof: "refused" };
  return {
    name,
    requirement,
    side: "server",
    static_public_key: hex(alice.staticPublicKey),
    proof: hex(proof),
    verdict,
  };
}

function wrongProofs(): NegativeCase[] {
  const good = proofOf(alice, "server");
  const message = proofMessage("server", alice.staticPublicKey);
  const s = numberOf(good.subarray(64, 96));
  return [
    refused("the other side's proof", "I-6", proofOf(alice, "client")),
    refused("signs another static key than Noise authenticated", "I-9", proofOf(alice, "server", bob.staticPublicKey)),
    refused("the public key of another device", "I-5", join(bob.publicKey, good.subarray(32))),
    refused("a bit of R flipped", "I-5", flipped(good, 40)),
    refused("a bit of S flipped", "I-5", flipped(good, 70)),
    refused("a bit of the public key flipped", "I-5", flipped(good, 3)),
    refused("one byte short", "I-7", good.subarray(0, 95)),
    refused("one byte long", "I-7", join(good, zeros(1))),
    refused("S above the group order", "I-8", join(good.subarray(0, 64), littleEndian(s + GROUP_ORDER, 32))),
    refused(
      "R with a part of order 8: only the cofactored equation holds",
      "I-8",
      join(alice.publicKey, mixedOrderSignature(alice.seed, alice.publicKey, message)),
    ),
    refused("all zeros", "I-8", zeros(96)),
  ];
}

/** With R the point of order 1 and S zero such keys verify by the equation alone. */
function wrongKeys(): NegativeCase[] {
  const trivial = join(Uint8Array.of(1), zeros(63));
  const of = (key: string): Uint8Array => join(Buffer.from(key, "hex"), trivial);
  return [
    ...SMALL_ORDER.map((key) => refused(`small-order key ${key.slice(0, 4)}..${key.slice(-2)}`, "I-8", of(key))),
    ...NOT_CANONICAL.map((key) => refused(`key that is no canonical encoding ${key.slice(0, 2)}..`, "I-8", of(key))),
  ];
}
