import { expect, test } from "vitest";
import { deviceOf } from "../../../scripts/vectors/maker/device.ts";
import { secretOf } from "../../../scripts/vectors/maker/secret-of.ts";
import { hex, littleEndian, zeros } from "../crypto/bytes.ts";
import { x25519Public } from "../crypto/primitives.ts";
import { secretsTextOf, UDPSEC_SECRETS_TYPE } from "./secrets-block.ts";
import { addSecretsOf } from "./secrets-text.ts";
import { Secrets } from "./secrets.ts";
import { canonicalPoint, isSmallOrderPoint } from "./x25519-point.ts";

const alice = deviceOf("secrets/a");
const ephemeral = secretOf("secrets/e");
const ephemeralPublic = x25519Public(ephemeral);
const line = (label: string, ...values: readonly Uint8Array[]): string => `${label} ${values.map(hex).join(" ")}`;

function read(...lines: readonly string[]): Secrets {
  const secrets = new Secrets();
  addSecretsOf(lines.join("\n"), "x.keys", secrets);
  return secrets;
}

test("lines of every kind, comments, empty lines and labels of others", () => {
  const secrets = read(
    "# a run",
    "",
    line("UDPSEC_STATIC", alice.staticPublicKey, alice.staticSecret),
    `  ${line("UDPSEC_EPHEMERAL", ephemeralPublic, ephemeral)}   # initiator's\r`,
    "CLIENT_RANDOM what tls writes",
    "toString nothing",
    line("UDPSEC_PEER", deviceOf("secrets/b").staticPublicKey),
  );
  expect(secrets.knows(alice.staticPublicKey)).toBe(true);
  expect(secrets.knows(ephemeralPublic)).toBe(true);
  expect(secrets.knows(deviceOf("secrets/b").staticPublicKey)).toBe(false);
  expect([...secrets.staticKeys.keys()]).toEqual(
    [alice, deviceOf("secrets/b")].map((device) => hex(device.staticPublicKey)),
  );
});

test("an identity's line brings static key and device id", () => {
  const secrets = read(`UDPSEC_IDENTITY ${alice.deviceId} ${hex(alice.seed)}`);
  expect(secrets.knows(alice.staticPublicKey)).toBe(true);
  expect(secrets.deviceIdOf(alice.staticPublicKey)).toBe(alice.deviceId);
});

test.each([
  ["a missing secret", line("UDPSEC_STATIC", alice.staticPublicKey), /line 3: UDPSEC_STATIC has 1 values, not 2/],
  ["one value too many", line("UDPSEC_EPHEMERAL", ephemeral, ephemeral, ephemeral), /has 3 values/],
  ["a short key", "UDPSEC_PEER abcd", /abcd is not 64/],
  ["digits in capitals", line("UDPSEC_PEER", alice.staticPublicKey).toUpperCase(), /not 64 lowercase/],
  ["another device id", line("UDPSEC_IDENTITY", ephemeral, alice.seed), /doesn't follow/],
])("a malformed line is told with its number: %s", (_, bad, message) => {
  expect(() => read("# first", "", bad)).toThrow(message);
});

test("a secret that isn't its public key's is not used, and told", () => {
  const secrets = read(line("UDPSEC_EPHEMERAL", ephemeralPublic, alice.staticSecret));
  expect(secrets.knows(ephemeralPublic)).toBe(false);
  expect(secrets.falsePublicKeys).toEqual([hex(ephemeralPublic)]);
});

test("a shared secret by either side, the same; by nobody, none; with a point of small order, never", () => {
  const byStatic = read(line("UDPSEC_STATIC", alice.staticPublicKey, alice.staticSecret));
  const byEphemeral = read(line("UDPSEC_EPHEMERAL", ephemeralPublic, ephemeral));
  const shared = byStatic.shared(alice.staticPublicKey, ephemeralPublic);
  expect(shared.kind).toBe("known");
  expect(byEphemeral.shared(alice.staticPublicKey, ephemeralPublic)).toEqual(shared);
  expect(new Secrets().shared(alice.staticPublicKey, ephemeralPublic).kind).toBe("unknown");
  expect(byStatic.shared(alice.staticPublicKey, zeros(32)).kind).toBe("small-order");
});

test("a public key in an encoding that X25519 doesn't write is found by its canonical one", () => {
  const secrets = read(line("UDPSEC_EPHEMERAL", ephemeralPublic, ephemeral));
  const topBitSet = ephemeralPublic.slice();
  topBitSet[31] = (topBitSet[31] ?? 0) | 0x80;
  expect(secrets.knows(topBitSet)).toBe(true);
  expect(canonicalPoint(littleEndian(2n ** 255n - 19n + 9n, 32))).toEqual(littleEndian(9n, 32));
});

test("points of small order in each of their encodings", () => {
  const p = 2n ** 255n - 19n;
  for (const u of [0n, 1n, p - 1n, p, p + 1n]) expect(isSmallOrderPoint(littleEndian(u, 32))).toBe(true);
  expect(isSmallOrderPoint(littleEndian(9n, 32))).toBe(false);
});

test("a block of a capture holds the same text; one of another type nothing", () => {
  const text = line("UDPSEC_EPHEMERAL", ephemeralPublic, ephemeral);
  expect(secretsTextOf(UDPSEC_SECRETS_TYPE, Buffer.from(text))).toBe(text);
  expect(secretsTextOf(0x544c534b, Buffer.from(text))).toBeUndefined();
});
