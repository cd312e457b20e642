import { describe, expect, it } from "vitest";
import { bitmapRuns, readAcknowledgement } from "./acknowledgement.ts";

describe("what a packet acknowledges", () => {
  it("is one run where bitmap and first range touch, two where they don't", () => {
    const touching = readAcknowledgement(100, 0xffff_ffff, [{ first: 50, last: 67 }]);
    expect(touching).toEqual({ largest: 100, runs: [{ first: 50, last: 100 }], coveredFrom: 50 });
    const apart = readAcknowledgement(100, 0xffff_ffff, [{ first: 50, last: 66 }]);
    const runs = [{ first: 68, last: 100 }, { first: 50, last: 66 }]; // prettier-ignore
    expect(apart).toEqual({ largest: 100, runs, coveredFrom: 50 });
    const holey = readAcknowledgement(100, 0x7fff_ffff, [{ first: 50, last: 67 }]);
    expect(holey?.runs).toEqual([{ first: 69, last: 100 }, { first: 50, last: 67 }]); // prettier-ignore
  });

  it("is cut into runs at each clear bit", () => {
    expect(bitmapRuns(10, 0b1_0110)).toEqual([
      { first: 10, last: 10 },
      { first: 7, last: 8 },
      { first: 5, last: 5 },
    ]);
    expect(bitmapRuns(40, 0)).toEqual([{ first: 40, last: 40 }]);
    expect(bitmapRuns(0, 0)).toEqual([]);
  });
});
