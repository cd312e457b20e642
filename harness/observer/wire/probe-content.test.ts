import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { testContent } from "../../../contract/test-content.ts";
import { contentDigest, ProbeContent } from "./probe-content.ts";

// Requirement: V-18
test.each([0, 1, 4_095, 4_096, 4_097, 300_000])("%i bytes are the guest's, made by other code", (length) => {
  for (const seed of [0, 1, 0x5eed, 0xffff_ffff]) {
    expect(Buffer.from(new ProbeContent(seed).part(0, length)).equals(testContent(seed, 0, length))).toBe(true);
  }
});

// Requirement: V-19
test("the digest is chained over chunks of 32 KiB", () => {
  const content = new ProbeContent(7).part(0, 40_000);
  const first = createHash("sha256").update(Buffer.alloc(32)).update(content.subarray(0, 32_768)).digest();
  expect(contentDigest(content)).toEqual(createHash("sha256").update(first).update(content.subarray(32_768)).digest());
  expect(contentDigest(new Uint8Array(0))).toEqual(new Uint8Array(32));
});
