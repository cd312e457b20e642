/** A connection at the edge of what it takes: a window that is full to the byte, bytes that nobody may deliver any more. */
import { describe, expect, test } from "vitest";
import { aeadWith } from "../crypto/aead-with.ts";
import type { Aead, CryptoPrimitives } from "../crypto/primitives.ts";
import { ConnectionPair, crypto, pattern } from "./connection-pair.fixture.ts";

describe("a window that is full to the byte", () => {
  const full = () => {
    const pair = new ConnectionPair({ limits: { windowBytes: 1_000, recordPayloadBytes: 500 } }).settle();
    pair.a.write(pattern(1_500), 0);
    const bytes: number[] = [];
    for (let piece = pair.a.takeOutput(9_999, 0); piece !== undefined; piece = pair.a.takeOutput(9_999, 0)) {
      bytes.push(...piece);
    }
    pair.b.receiveBytes(Uint8Array.from(bytes), 0);
    return pair;
  };

  test("stops reading and decoding there, and goes on when a byte of it was read", () => {
    const { b } = full();
    expect([b.readableBytes, b.wantsToRead, b.stats().recordsOpened]).toEqual([1_000, false, 2]);
    expect(b.read(1, 0)).toHaveLength(1);
    expect([b.readableBytes, b.wantsToRead, b.stats().recordsOpened]).toEqual([1_499, false, 3]);
  });

  test("holds back the end of TCP until what waits undecoded was read", () => {
    const { b } = full();
    b.receiveEnd(0);
    expect(b.end).toBeUndefined();
    b.read(1, 0);
    expect(b.end).toBeUndefined();
    b.read(1_499, 0);
    expect(b.end).toMatchObject({ name: "TRUNCATED", by: "peer" });
  });
});

describe("bytes that come when none may", () => {
  test("after the end of TCP: counted, and otherwise as if they had not come", () => {
    const pair = new ConnectionPair({ limits: { windowBytes: 10 } }).settle();
    pair.a.write(pattern(20), 0);
    pair.step();
    pair.b.receiveEnd(0);
    expect([pair.b.end, pair.b.wantsToRead]).toEqual([undefined, false]);
    const before = pair.b.stats();
    pair.b.receiveBytes(Uint8Array.of(0, 0), 0);
    expect(pair.b.stats()).toEqual({ ...before, bytesIn: before.bytesIn + 2 });
    expect(pair.b.read(99, 0)).toEqual(pattern(20));
    expect(pair.b.end?.name).toBe("TRUNCATED");
  });

  test("more than a handshake can need: the end is quiet, for no key is there to say it with", () => {
    const { b } = new ConnectionPair({ limits: { undecodedBytes: 40 } });
    b.receiveBytes(new Uint8Array(41), 3);
    expect(b.end).toEqual({
      ...{ name: "PROTOCOL", code: undefined, by: "local" },
      reason: "delivered though reading had stopped",
    });
    expect([b.isDead, b.takeOutput(99, 3)]).toEqual([true, undefined]);
  });

  test("more than the bound while ACCEPT is awaited: the end is said, with its code", () => {
    const pair = new ConnectionPair({ limits: { undecodedBytes: 200 } });
    pair.step();
    pair.move(pair.a, pair.b);
    pair.a.receiveBytes(new Uint8Array(201), 3);
    expect(pair.a.end).toMatchObject({ name: "FLOW_CONTROL", by: "local" });
    expect([pair.a.isDead, pair.a.takeOutput(99, 3) !== undefined]).toEqual([false, true]);
  });
});

test("a bug in the primitives is told as one, not as a record that does not open", () => {
  let isBroken = false;
  const breaking: CryptoPrimitives = {
    ...crypto,
    chacha20Poly1305: (key) => {
      const aead = crypto.chacha20Poly1305(key);
      const open: Aead["open"] = (...bytes) => {
        if (isBroken) throw new TypeError("a bug");
        return aead.open(...bytes);
      };
      return aeadWith(aead, { open });
    },
  };
  const pair = new ConnectionPair({ options: { crypto: breaking } }).settle();
  pair.a.write(pattern(5), 0);
  const record = pair.a.takeOutput(99, 0) ?? new Uint8Array(0);
  isBroken = true;
  expect(() => pair.b.receiveBytes(record, 0)).toThrow(TypeError);
});
