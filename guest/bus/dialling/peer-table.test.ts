import { expect, test } from "vitest";
import { MAX_PINNED_DEVICES, PeerTable } from "./peer-table.ts";

const peers = [{ deviceId: "a", staticKey: "key of a" }];

// Requirements: I-11, I-12
test.each([
  [false, false],
  [true, true],
])("unknown devices if allowed (%s), known ones with their key alone", (allowUnknownPeers, unknown) => {
  const table = new PeerTable({ peers, allowUnknownPeers });
  expect(table.authorise("a", "key of a")).toBe(true);
  expect(table.authorise("a", "another")).toBe(false);
  expect(table.authorise("b", "any")).toBe(unknown);
});

// Requirement: D-11
test("a pinned device counts as known, with the key that came first", () => {
  const table = new PeerTable({ peers, allowUnknownPeers: true });
  expect(table.pin("b", "first")).toBe("pinned");
  expect(table.pin("b", "first")).toBe("known");
  expect(table.pin("b", "second")).toBe("key-differs");
  expect([table.authorise("b", "first"), table.authorise("b", "second")]).toEqual([true, false]);
});

test("a pin never changes what the table says", () => {
  const table = new PeerTable({ peers, allowUnknownPeers: false });
  expect([table.pin("a", "another"), table.pin("a", "key of a")]).toEqual(["key-differs", "known"]);
  expect([table.authorise("a", "another"), table.authorise("a", "key of a"), table.pinned]).toEqual([false, true, 0]);
});

// Requirement: D-17
test("pins are bounded", () => {
  const table = new PeerTable({ peers: [], allowUnknownPeers: false });
  const outcomes = Array.from({ length: MAX_PINNED_DEVICES + 1 }, (_, index) => table.pin(`d${index}`, "k"));
  expect(outcomes.slice(-2)).toEqual(["pinned", "too-many"]);
  expect([table.pinned, table.authorise(`d${MAX_PINNED_DEVICES}`, "k")]).toEqual([MAX_PINNED_DEVICES, false]);
});
