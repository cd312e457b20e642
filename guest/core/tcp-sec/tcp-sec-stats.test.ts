import { expect, test } from "vitest";
import { ConnectionPair, pattern } from "./connection-pair.fixture.ts";

test("every byte that one side gave to TCP is counted on both", () => {
  const pair = new ConnectionPair().settle();
  const afterHandshake = pair.a.stats();
  expect(afterHandshake.bytesOut).toBe(pair.b.stats().bytesIn);
  expect(afterHandshake.bytesIn).toBe(pair.b.stats().bytesOut);
  pair.a.write(pattern(1_000), 0);
  pair.settle();
  // Length, kind and tag: one record.
  expect(pair.a.stats().bytesOut - afterHandshake.bytesOut).toBe(1_000 + 2 + 1 + 16);
  expect(pair.b.stats().bytesIn).toBe(pair.a.stats().bytesOut);
  expect(pair.b.stats()).toMatchObject({ state: "established", unreadBytes: 1_000, undecodedBytes: 0 });
});

test("memory is what waits on either side, and nothing once all was read", () => {
  const pair = new ConnectionPair().settle();
  expect([pair.a.stats().heldBytes, pair.b.stats().heldBytes]).toEqual([0, 0]);
  pair.a.write(pattern(5_000), 0);
  expect(pair.a.stats()).toMatchObject({ sendBufferedBytes: 5_000 });
  expect(pair.a.stats().heldBytes).toBeGreaterThanOrEqual(5_000);
  const record = pair.a.takeOutput(65_536, 0)!;
  pair.b.receiveBytes(record.subarray(0, 2_000), 0);
  expect(pair.b.stats()).toMatchObject({ undecodedBytes: 1_998, unreadBytes: 0 }); // without the length
  expect(pair.b.stats().heldBytes).toBeGreaterThanOrEqual(1_998);
  pair.b.receiveBytes(record.subarray(2_000), 0);
  expect(pair.b.stats()).toMatchObject({ undecodedBytes: 0, unreadBytes: 5_000 });
  expect(pair.b.stats().heldBytes).toBeGreaterThanOrEqual(5_000);
  expect(pair.b.read(5_000, 0)).toEqual(pattern(5_000));
  expect([pair.a.stats().heldBytes, pair.b.stats().heldBytes]).toEqual([0, 0]);
});

test("memory is also the record that came in pieces, until the reader lets the next one be looked at", () => {
  const pair = new ConnectionPair({ limits: { windowBytes: 1_000 } }).settle();
  pair.a.write(pattern(5_000), 0);
  const record = pair.a.takeOutput(65_536, 0)!;
  for (const piece of [record.slice(0, 2_000), record.slice(2_000)]) pair.b.receiveBytes(piece, 0);
  expect(pair.b.stats()).toMatchObject({ undecodedBytes: 0, unreadBytes: 5_000 });
  expect(pair.b.stats().heldBytes).toBeGreaterThanOrEqual(10_000);
  expect(pair.b.read(5_000, 0)).toEqual(pattern(5_000));
  expect(pair.b.stats().heldBytes).toBe(0);
});

test("before the handshake nothing can be written or finished, and after the end nothing counts", () => {
  const pair = new ConnectionPair();
  expect(pair.a.write(pattern(1), 0)).toBe(0);
  pair.a.finish(0);
  pair.settle();
  expect([pair.a.isEstablished, pair.b.isReadFinished]).toEqual([true, false]);
  expect(pair.a.write(pattern(1), 0)).toBe(1);
  pair.settle();
  pair.a.close(0, "first", 0);
  const { end } = pair.a;
  pair.a.close(5, "second", 1);
  expect(pair.a.end).toBe(end);
  pair.settle();
  expect(pair.b.end).toMatchObject({ by: "peer", name: "NO_ERROR", reason: "first" });
  const before = pair.b.stats();
  pair.b.receiveBytes(pattern(10), 2);
  expect(pair.b.stats()).toEqual({ ...before, bytesIn: before.bytesIn + 10 });
  // What was delivered stays readable.
  expect(pair.b.read(10, 2)).toEqual(pattern(1));
  expect(pair.b.read(10, 2)).toBeUndefined();
});
