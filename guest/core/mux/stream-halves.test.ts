import { describe, expect, test } from "vitest";
import { EndpointBudget } from "../endpoint-budget.ts";
import { CreditPool } from "./credit-pool.ts";
import { ReceiveHalf, type WindowBounds } from "./receive-half.ts";
import { SendHalf } from "./send-half.ts";
import { MAX_STREAM_CREDIT_BYTES } from "./constants.ts";

const KIB = 1024;

describe("SendHalf", () => {
  test("takes up to its limit: limit - 1, limit, limit + 1", () => {
    const send = new SendHalf(100, 0);
    expect(send.write(new Uint8Array(99))).toBe(99);
    expect(send.writableBytes).toBe(1);
    expect(send.write(new Uint8Array(1))).toBe(1);
    expect(send.write(new Uint8Array(1))).toBe(0);
    expect(new SendHalf(100, 0).write(new Uint8Array(101))).toBe(100);
  });

  test.each([
    [99, false],
    [100, true],
    [101, true],
  ])("a write of %i bytes into room for 100: that there is room again is told: %s", (length, isTold) => {
    const send = new SendHalf(100, 100);
    send.write(new Uint8Array(length));
    send.takeFrame(100, () => undefined);
    expect([send.takeWritable(), send.takeWritable()]).toEqual([isTold, false]);
  });

  // Requirements: M-17, RX-133
  test("credit: limit - 1, limit, limit + 1", () => {
    const send = new SendHalf(100, 0);
    expect(send.addCredit(MAX_STREAM_CREDIT_BYTES - 1)).toBe(true);
    expect(send.addCredit(1)).toBe(true);
    expect(send.addCredit(1)).toBe(false);
    expect(send.creditBytes).toBe(MAX_STREAM_CREDIT_BYTES);
  });

  test("sends what both buffer and credit allow, CLOSE after the last byte and without credit", () => {
    const send = new SendHalf(100, 4);
    send.write(Uint8Array.of(1, 2, 3, 4, 5));
    send.finish();
    expect([send.sendableBytes, send.isCloseNext]).toEqual([4, false]);
    send.takeFrame(4, (frame) => {
      expect(frame.subarray(12)).toEqual(Uint8Array.of(1, 2, 3, 4));
    });
    expect([send.sendableBytes, send.isCloseNext, send.creditBytes]).toEqual([0, false, 0]);
    send.addCredit(1);
    send.takeFrame(1, () => undefined);
    expect([send.creditBytes, send.isCloseNext]).toEqual([0, true]);
    send.markClosed();
    expect(send.isCloseNext).toBe(false);
    expect(send.write(Uint8Array.of(1))).toBe(0);
  });

  test("tells a waiting writer once, when half of the buffer is free", () => {
    const send = new SendHalf(100, 1_000);
    send.write(new Uint8Array(100));
    expect(send.takeWritable()).toBe(false);
    send.write(new Uint8Array(1));
    send.takeFrame(49, () => undefined);
    expect(send.takeWritable()).toBe(false);
    send.takeFrame(1, () => undefined);
    expect([send.takeWritable(), send.takeWritable()]).toEqual([true, false]);
  });
});

const bounds = (initialBytes: number, maxBytes: number): WindowBounds => ({
  initialBytes,
  untimedBytes: maxBytes,
  maxBytes,
});

describe("ReceiveHalf", () => {
  const filled = (half: ReceiveHalf, bytes: number): void => {
    expect(half.spendCredit(bytes)).toBe(true);
    half.push(new Uint8Array(bytes));
  };

  // Requirements: M-17, RX-136
  test("credit for DATA: limit - 1, limit, limit + 1", () => {
    const pool = new CreditPool(0);
    expect(new ReceiveHalf(bounds(100, 100), pool).spendCredit(99)).toBe(true);
    const half = new ReceiveHalf(bounds(100, 100), pool);
    expect(half.spendCredit(101)).toBe(false);
    expect(half.spendCredit(100)).toBe(true);
    expect(half.spendCredit(1)).toBe(false);
  });

  // Requirement: M-18
  test("an update is due when half of the window was read, and grants what was read", () => {
    const half = new ReceiveHalf(bounds(100, 100), new CreditPool(0));
    filled(half, 100);
    half.read(49);
    expect(half.isUpdateDue).toBe(false);
    half.read(1);
    expect(half.isUpdateDue).toBe(true);
    expect(half.takeUpdate(0, undefined)).toBe(50);
    expect([half.outstandingCreditBytes, half.isUpdateDue]).toEqual([50, false]);
  });

  // Requirement: M-18
  test.each([
    [512 * KIB - 1, false],
    [512 * KIB, true],
  ])("of a large window an update is due after 512 KiB, not half: %i bytes read, %s", (bytes, isDue) => {
    const half = new ReceiveHalf(bounds(2_048 * KIB, 2_048 * KIB), new CreditPool(0));
    filled(half, 1_024 * KIB);
    half.read(bytes);
    expect(half.isUpdateDue).toBe(isDue);
  });

  // Requirement: M-18
  test("doubles the window up to 256 KiB while the reader keeps up", () => {
    const pool = new CreditPool(1_024 * KIB);
    const half = new ReceiveHalf(bounds(64 * KIB, 256 * KIB), pool);
    filled(half, 64 * KIB);
    half.read(64 * KIB);
    expect(half.takeUpdate(0, undefined)).toBe(128 * KIB);
    filled(half, 128 * KIB);
    half.read(128 * KIB);
    expect(half.takeUpdate(0, undefined)).toBe(256 * KIB);
    filled(half, 256 * KIB);
    half.read(256 * KIB);
    expect(half.takeUpdate(0, undefined)).toBe(256 * KIB);
    expect(pool.takenBytes).toBe(192 * KIB);
    half.release();
    expect(pool.takenBytes).toBe(0);
  });

  test("a slow reader's window does not grow", () => {
    const pool = new CreditPool(1_024 * KIB);
    const half = new ReceiveHalf(bounds(64 * KIB, 256 * KIB), pool);
    filled(half, 64 * KIB);
    half.read(32 * KIB);
    expect(half.takeUpdate(0, undefined)).toBe(32 * KIB);
    expect([half.windowBytes, pool.takenBytes]).toEqual([64 * KIB, 0]);
  });

  // Requirement: M-44
  test.each([
    ["it took more than two round trips", 4.9, 256],
    ["it took two round trips", 5, 512],
    ["the round trip is unknown", undefined, 512],
  ])("from 256 KiB on the window grows only if half of it is read in time: %s", (_case, smoothedRttMs, expectedKib) => {
    const half = new ReceiveHalf(
      { initialBytes: 128 * KIB, untimedBytes: 256 * KIB, maxBytes: 1_024 * KIB },
      new CreditPool(1_024 * KIB),
    );
    filled(half, 128 * KIB);
    half.read(64 * KIB);
    half.takeUpdate(0, smoothedRttMs);
    expect(half.windowBytes).toBe(128 * KIB);
    half.read(64 * KIB);
    half.takeUpdate(0, smoothedRttMs);
    expect(half.windowBytes).toBe(256 * KIB);
    filled(half, 128 * KIB);
    half.read(128 * KIB);
    half.takeUpdate(10, smoothedRttMs);
    expect(half.windowBytes).toBe(expectedKib * KIB);
  });

  // Requirement: F-16
  test.each([
    [128 * KIB - 1, 64 * KIB],
    [128 * KIB, 128 * KIB],
    [128 * KIB + 1, 128 * KIB],
  ])("grows only out of half of the endpoint's budget: %i bytes, window %i", (budgetBytes, expectedWindowBytes) => {
    const budget = new EndpointBudget(budgetBytes, 0);
    const pool = new CreditPool(1_024 * KIB, budget);
    const half = new ReceiveHalf(bounds(64 * KIB, 256 * KIB), pool);
    filled(half, 64 * KIB);
    half.read(64 * KIB);
    half.takeUpdate(0, undefined);
    expect([half.windowBytes, budget.receiveReservedBytes]).toEqual([
      expectedWindowBytes,
      expectedWindowBytes - 64 * KIB,
    ]);
    half.release();
    expect(budget.receiveReservedBytes).toBe(0);
  });

  test.each([
    [64 * KIB - 1, 64 * KIB],
    [64 * KIB, 128 * KIB],
    [64 * KIB + 1, 128 * KIB],
  ])("grows only out of the pool: %i shared bytes, window %i", (sharedBytes, expectedWindowBytes) => {
    const pool = new CreditPool(sharedBytes);
    const half = new ReceiveHalf(bounds(64 * KIB, 256 * KIB), pool);
    filled(half, 64 * KIB);
    half.read(64 * KIB);
    half.takeUpdate(0, undefined);
    expect(half.windowBytes).toBe(expectedWindowBytes);
  });

  test("finished: no credit, no updates, unread bytes stay", () => {
    const half = new ReceiveHalf(bounds(100, 100), new CreditPool(0));
    filled(half, 80);
    half.finish();
    expect([half.outstandingCreditBytes, half.readableBytes]).toEqual([0, 80]);
    half.read(80);
    expect([half.isUpdateDue, half.takeUpdate(0, undefined)]).toEqual([false, 0]);
  });
});
