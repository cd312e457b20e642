import { describe, expect, it } from "vitest";
import { nobleCrypto } from "../../crypto/noble.ts";
import { CookieJar } from "./cookie-jar.ts";

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
