import { expect, test } from "vitest";
import { SendWindow } from "./send-window.ts";

const CREDIT = 1_000_000;

/** @returns the offsets that leave now */
function leaving(window: SendWindow, atMs: number, pns: { next: number }): number[] {
  const offsets: number[] = [];
  for (let next = window.next(CREDIT); next !== undefined; next = window.next(CREDIT)) {
    window.sent(pns.next, next, atMs);
    pns.next += 1;
    offsets.push(next.offset);
  }
  return offsets;
}

test("while a far end is silent, whatever keeps it, two packets leave at each timeout, which doubles", () => {
  const window = new SendWindow();
  const pns = { next: 1 };
  window.write(new Uint8Array(20_000));
  const first = leaving(window, 0, pns);
  expect(first).toHaveLength(8);
  const later = [1_000, 1_050, 1_100, 3_000, 3_100, 7_000, 7_150].map((atMs) => {
    window.tick(atMs);
    return leaving(window, atMs, pns).length;
  });
  expect(later).toEqual([0, 2, 0, 0, 2, 0, 2]);
});

test("an answer to one of them shows what was lost, and the rest goes on", () => {
  const window = new SendWindow();
  const pns = { next: 1 };
  window.write(new Uint8Array(8_800));
  leaving(window, 0, pns);
  window.tick(1_100);
  expect(leaving(window, 1_100, pns)).toEqual([0, 1_100]);
  // The first two, sent again, are all that came.
  window.acknowledged([{ first: 9, last: 10 }]);
  expect(leaving(window, 1_200, pns)).toEqual([2_200, 3_300, 4_400, 5_500, 6_600]);
  window.acknowledged([{ first: 8, last: 15 }]);
  expect([window.isIdle, window.next(CREDIT)]).toEqual([true, undefined]);
});
