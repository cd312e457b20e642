import { expect, it } from "vitest";
import { GrantedCredit } from "./granted-credit.ts";

const [OPEN, OPEN_ACK, DATA, WINDOW_UPDATE, PING] = [1, 2, 3, 4, 6] as const;

function frame(type: number, id: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + payload.length);
  bytes.set([2, type]);
  new DataView(bytes.buffer).setUint32(4, id, true);
  new DataView(bytes.buffer).setUint32(8, payload.length, true);
  bytes.set(payload, 12);
  return bytes;
}

function grant(type: number, id: number, creditBytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, creditBytes, true);
  return frame(type, id, payload);
}

const data = (id: number, length: number): Uint8Array => frame(DATA, id, new Uint8Array(length));

it.each([
  [99, undefined],
  [100, undefined],
  [101, "1 bytes beyond the credit of stream 1"],
])("after a grant of 100, %i bytes: %s", (length, wrong) => {
  for (const type of [OPEN, OPEN_ACK, WINDOW_UPDATE]) {
    const credit = new GrantedCredit();
    credit.onGranting(grant(type, 1, 100));
    expect(credit.onSpending(data(1, length))).toBe(wrong);
  }
});

it("counts a repeated grant twice, each stream alone, and what was spent before", () => {
  const credit = new GrantedCredit();
  credit.onGranting(grant(OPEN, 1, 10));
  credit.onGranting(grant(WINDOW_UPDATE, 1, 5));
  credit.onGranting(grant(WINDOW_UPDATE, 1, 5));
  credit.onGranting(grant(PING, 1, 99));
  expect(credit.onSpending(data(1, 15))).toBeUndefined();
  expect(credit.onSpending(data(1, 6))).toBe("1 bytes beyond the credit of stream 1");
  expect(credit.onSpending(data(3, 1))).toBe("1 bytes beyond the credit of stream 3");
});

it("waits for the rest of a frame, in both directions", () => {
  const credit = new GrantedCredit();
  const granting = grant(OPEN, 1, 100);
  credit.onGranting(granting.subarray(0, 13));
  credit.onGranting(granting.subarray(13));
  const spent = data(1, 101);
  expect(credit.onSpending(spent.subarray(0, 112))).toBeUndefined();
  expect(credit.onSpending(spent.subarray(112))).toBe("1 bytes beyond the credit of stream 1");
});
