import { expect, test } from "vitest";
import { STAGE } from "../../../scripts/vectors/maker/udp-stage.ts";
import { flipped, hex, join, patched, u16, u32, u8, zeros } from "../crypto/bytes.ts";
import {
  HANDSHAKE_BYTES,
  keyedDigest,
  msg1WithCookie,
  readMsg1,
  readRetry,
  retryFor,
  retryTag,
} from "./handshake-datagrams.ts";
import { paramsOf, readParams, sameParams } from "./params.ts";
import { headerOf, readUdpHeader, TYPES } from "./udp-header.ts";

const { msg1, msg2, msg3, mac1Key } = STAGE.handshake;
const COOKIE = zeros(16).fill(7);

test("headers of every type, as they were written", () => {
  for (const typ of Object.values(TYPES)) {
    const fields = { typ, low: 3, high: 0xffffffff, pn: typ < 16 ? 0 : 9, ack: typ < 16 ? 0 : 8, ackBits: 0 };
    expect(readUdpHeader(join(headerOf(fields, 5), zeros(5))).value).toMatchObject({ ...fields, fin: false });
  }
});

// The vectors' cases of MSG1 ask for most of these too: here the names of the rules are asked for.
test.each([
  ["RX-1", zeros(1201)],
  ["RX-2", msg1.subarray(0, 25)],
  ["RX-3", patched(msg1, 0, u8(2))],
  ["RX-4", patched(msg1, 3, u8(1))],
  ["RX-5", patched(msg1, 1, u8(5))],
  ["RX-6", patched(msg1, 2, u8(1))],
  ["RX-6", patched(patched(msg1, 1, u8(0x10)), 2, u8(3))],
  ["RX-7", patched(msg1, 24, u16(1173))],
  ["RX-8", patched(msg1, 20, u32(1))],
  ["RX-9", patched(msg3, 1, u8(0x12))],
])("%s is told", (rule, datagram) => {
  expect(readUdpHeader(datagram)).toMatchObject({ malformed: { requirement: rule } });
});

test("MSG1 and RETRY come apart where they were put together", () => {
  const parts = readMsg1(msg1WithCookie(msg1, COOKIE));
  expect(hex(parts.cookie)).toBe(hex(COOKIE));
  expect(hex(parts.mac1)).toBe(hex(keyedDigest(mac1Key, parts.covered)));
  const retry = retryFor(msg1, mac1Key, COOKIE, STAGE.initiator.half);
  expect([msg1, msg2, msg3, retry].map(({ length }) => length)).toEqual(
    [TYPES.MSG1, TYPES.MSG2, TYPES.MSG3, TYPES.RETRY].map((typ) => HANDSHAKE_BYTES[typ]),
  );
  const { head, cookie, tag } = readRetry(retry);
  expect(hex(cookie)).toBe(hex(COOKIE));
  expect(hex(tag)).toBe(hex(retryTag(mac1Key, head, parts.mac1)));
  expect(hex(tag)).not.toBe(hex(retryTag(mac1Key, head, flipped(parts.mac1, 0))));
});

test("params in their ranges, and one past each end", () => {
  const good = { window: 16_384, idleTimeoutMs: 120_000, ackDelayMs: 1 };
  const problem = (part: object, half = 5): string | undefined =>
    readParams(paramsOf(5, { ...good, ...part }), half).problem;
  expect(readParams(paramsOf(5, good), 5)).toEqual({ params: { version: 1, ...good }, problem: undefined });
  expect(problem({ window: 16_383 })).toMatch(/window/);
  expect(problem({ window: 1_048_577 })).toMatch(/window/);
  expect(problem({ idleTimeoutMs: 2_999 })).toMatch(/idle/);
  expect(problem({ idleTimeoutMs: 120_001 })).toMatch(/idle/);
  expect(problem({ ackDelayMs: 0 })).toMatch(/ack delay/);
  expect(problem({ ackDelayMs: 101 })).toMatch(/ack delay/);
  expect(problem({ version: 2 })).toMatch(/version/);
  expect(problem({}, 6)).toMatch(/half/);
  expect(sameParams(good, { ...good, version: 1 })).toBe(true);
  expect(sameParams(good, { ...good, ackDelayMs: 2 })).toBe(false);
});
