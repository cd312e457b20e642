import { describe, expect, it } from "vitest";
import { nobleCrypto } from "../../crypto/noble.ts";
import { CookieJar } from "./cookie-jar.ts";

/** A generator that keeps what it gave. */
function remembered(): { readonly drawn: Uint8Array[]; readonly random: (length: number) => Uint8Array } {
  const drawn: Uint8Array[] = [];
  const random = (length: number): Uint8Array => {
    const secret = new Uint8Array(length).fill(drawn.length + 1);
    drawn.push(secret);
    return secret;
  };
  return { drawn, random };
}

const from = { host: "192.0.2.1", port: 4_000 };

function makeJar(): CookieJar {
  let draws = 0;
  return new CookieJar(nobleCrypto, (length) => {
    draws += 1;
    return new Uint8Array(length).fill(draws);
  });
}

describe("a cookie", () => {
  // Requirement: H-25
  it("is good for the address, the port and the initiator's half that it was made for, and for no other", () => {
    const jar = makeJar();
    const cookie = jar.bake(from, 7, 0);
    expect(cookie).toHaveLength(16);
    expect(jar.isValid(cookie, from, 7, 0)).toBe(true);
    expect(jar.isValid(cookie, { ...from, host: "::ffff:192.0.2.1" }, 7, 0)).toBe(true);
    expect(jar.isValid(cookie, from, 8, 0)).toBe(false);
    expect(jar.isValid(cookie, { ...from, port: 4_001 }, 7, 0)).toBe(false);
    expect(jar.isValid(cookie, { ...from, host: "192.0.2.2" }, 7, 0)).toBe(false);
    expect(makeJar().isValid(cookie.fill(0), from, 7, 0)).toBe(false);
  });

  it.each([
    ["a rotation later", [0, 120_000], [false, false]],
    ["two rotations later, one by one", [0, 120_000, 240_000], [true, false, false]],
    ["long after the last one", [0, 120_000, 360_000], [true, true, false]],
  ])("has a secret that is wiped once no cookie of it is good: %s", (_what, times, areWiped) => {
    const { drawn, random } = remembered();
    const jar = new CookieJar(nobleCrypto, random);
    for (const nowMs of times) jar.bake(from, 7, nowMs);
    expect(drawn.map((secret) => secret.every((byte) => byte === 0))).toEqual(areWiped);
  });

  it.each([
    [119_999, true],
    [120_000, true],
    [239_999, true],
    [240_000, false],
  ])("of a secret that is %i ms old: %s", (ageMs, isGood) => {
    const jar = makeJar();
    const cookie = jar.bake(from, 7, 0);
    if (ageMs >= 120_000) jar.bake(from, 9, 120_000);
    expect(jar.isValid(cookie, from, 7, ageMs)).toBe(isGood);
  });
});
