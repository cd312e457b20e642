import { expect, test } from "vitest";
import { nobleCrypto } from "../crypto/noble.ts";
import { EndpointBudget } from "../endpoint-budget.ts";
import { CipherState } from "../noise/cipher-state.ts";
import { SendSide } from "./send-side.ts";

const LIMITS = { sendBufferBytes: 1_000, recordPayloadBytes: 300 };
/** Length, kind and tag. */
const RECORD_OVERHEAD_BYTES = 2 + 1 + 16;

function sendSide({ hasCipher = true, budget = new EndpointBudget() } = {}): SendSide {
  const side = new SendSide(LIMITS, budget);
  if (hasCipher) side.setCipher(newCipher());
  return side;
}

function newCipher(): CipherState {
  const cipher = new CipherState(nobleCrypto);
  cipher.initializeKey(new Uint8Array(32).fill(1));
  return cipher;
}

/** @returns how many bytes came in each piece until nothing waited */
function takeAll(side: SendSide, maxBytes = 65_536): number[] {
  const sizes: number[] = [];
  for (let bytes = side.take(maxBytes); bytes !== undefined; bytes = side.take(maxBytes)) sizes.push(bytes.length);
  return sizes;
}

test("takes nothing before it has a cipher, and nobody waits to be told of room then", () => {
  const side = sendSide({ hasCipher: false });
  expect([side.writableBytes, side.write(new Uint8Array(10)), side.bufferedBytes]).toEqual([0, 0, 0]);
  side.queueRecord({ kind: "fin" });
  expect([side.unsentBytes, side.isEmpty]).toEqual([0, true]);
  expect(side.takeWritable()).toBe(false);
});

test("counts what waits: plaintext, messages, and the tail of the one under way", () => {
  const side = sendSide();
  side.queueHandshakeMessage(new Uint8Array(48));
  side.write(new Uint8Array(100));
  expect([side.unsentBytes, side.isEmpty]).toEqual([150, false]);
  expect(side.take(20)).toHaveLength(20);
  expect([side.unsentBytes, side.isEmpty]).toEqual([130, false]);
  expect(side.heldBytes).toBeGreaterThanOrEqual(130);
  expect(side.take(65_536)).toHaveLength(30);
  expect([side.unsentBytes, side.isEmpty]).toEqual([100, false]);
  expect(takeAll(side)).toEqual([100 + RECORD_OVERHEAD_BYTES]);
  expect([side.unsentBytes, side.isEmpty]).toEqual([0, true]);
});

test("is empty and finished only once FIN has left too", () => {
  const side = sendSide();
  expect([side.isEmpty, side.isFinished]).toEqual([true, false]);
  side.write(new Uint8Array(1));
  side.finish();
  expect([side.isEmpty, side.isFinished, side.writableBytes]).toEqual([false, false, 0]);
  expect(side.take(65_536)).toHaveLength(1 + RECORD_OVERHEAD_BYTES);
  expect([side.isEmpty, side.isFinished]).toEqual([false, false]);
  expect(side.take(10)).toHaveLength(10);
  expect([side.isEmpty, side.isFinished]).toEqual([false, false]);
  expect(side.take(65_536)).toHaveLength(RECORD_OVERHEAD_BYTES - 10);
  expect([side.isEmpty, side.isFinished, side.take(65_536)]).toEqual([true, true, undefined]);
});

test.each([
  ["found too little room", 1_001, true],
  ["left none", 1_000, true],
  ["left some", 999, false],
])("a writer that %s is told once, when half is free", (_what, bytes, isTold) => {
  const side = sendSide();
  expect(side.write(new Uint8Array(bytes))).toBe(Math.min(bytes, 1_000));
  expect(side.takeWritable()).toBe(false);
  expect(side.take(65_536)).toHaveLength(300 + RECORD_OVERHEAD_BYTES);
  expect(side.takeWritable()).toBe(false);
  side.take(65_536);
  expect([side.takeWritable(), side.takeWritable()]).toEqual([isTold, false]);
});

test("who has finished waits for no room", () => {
  const side = sendSide();
  side.write(new Uint8Array(500));
  side.finish();
  expect(side.write(new Uint8Array(1))).toBe(0);
  takeAll(side);
  expect(side.takeWritable()).toBe(false);
});

test("the end gives back what was buffered, and forgets that somebody waited", () => {
  const budget = new EndpointBudget(0, 2_000);
  const side = sendSide({ budget });
  side.write(new Uint8Array(1_001));
  expect(budget.sendHeldBytes).toBe(1_000);
  side.close({ kind: "close", code: 0, reason: "" });
  expect([budget.sendHeldBytes, side.bufferedBytes, side.hasCipher]).toEqual([0, 0, false]);
  expect(side.isEmpty).toBe(false);
  expect(takeAll(side)).toHaveLength(1);
  expect([side.isEmpty, side.isFinished, side.takeWritable()]).toEqual([true, true, false]);
});

test("room that the endpoint's budget doesn't have is no room", () => {
  const budget = new EndpointBudget(0, 600);
  const [side, other] = [sendSide({ budget }), sendSide({ budget })];
  expect(side.write(new Uint8Array(601))).toBe(600);
  takeAll(side);
  expect(other.write(new Uint8Array(600))).toBe(600);
  expect(side.takeWritable()).toBe(false);
  takeAll(other);
  expect(side.takeWritable()).toBe(true);
});

test("gives nothing where TCP takes nothing", () => {
  const side = sendSide();
  side.write(new Uint8Array(5));
  expect(side.take(0)).toBeUndefined();
  expect(side.bufferedBytes).toBe(5);
});

test("what is short and written first has a record of its own: it need not wait for what is long", () => {
  const side = sendSide();
  side.write(new Uint8Array(10));
  side.write(new Uint8Array(20));
  side.write(new Uint8Array(200));
  expect(takeAll(side)).toEqual([230 + RECORD_OVERHEAD_BYTES]);
  const large = new SendSide({ sendBufferBytes: 100_000, recordPayloadBytes: 33 * 1024 }, new EndpointBudget());
  large.setCipher(newCipher());
  large.write(new Uint8Array(10));
  large.write(new Uint8Array(20));
  large.write(new Uint8Array(32_780));
  expect(takeAll(large)).toEqual([30 + RECORD_OVERHEAD_BYTES, 32_780 + RECORD_OVERHEAD_BYTES]);
});

test("fills an array with as many records as it holds whole, and cuts only the first", () => {
  const side = sendSide();
  const target = new Uint8Array(1_000);
  side.write(new Uint8Array(900));
  expect(side.fill(target)).toBe(3 * (300 + RECORD_OVERHEAD_BYTES));
  side.write(new Uint8Array(400));
  expect(side.fill(target.subarray(0, 350))).toBe(300 + RECORD_OVERHEAD_BYTES);
  expect(side.fill(target.subarray(0, 50))).toBe(50);
  expect([side.bufferedBytes, side.unsentBytes]).toEqual([69, 69]);
  expect([side.fill(target), side.fill(target)]).toEqual([69 + RECORD_OVERHEAD_BYTES, 0]);
});

test("messages and the tail of one go before records, in one array", () => {
  const side = sendSide();
  side.queueHandshakeMessage(new Uint8Array(48));
  side.write(new Uint8Array(5));
  side.finish();
  const target = new Uint8Array(100);
  expect(side.fill(target.subarray(0, 20))).toBe(20);
  expect(side.fill(target)).toBe(30 + 5 + RECORD_OVERHEAD_BYTES + RECORD_OVERHEAD_BYTES);
  expect(side.isFinished).toBe(true);
});
