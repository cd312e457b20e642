import { expect, test } from "vitest";
import type { Announcement } from "./announcement.ts";
import { DeviceTable } from "./device-table.ts";

const announced = (device: string, overrides: Partial<Announcement> = {}): Announcement => ({
  deviceId: device,
  staticKey: "aa",
  port: 1,
  services: [],
  ...overrides,
});
const limits = { devices: 4, devicesPerSource: 3, timeToLiveMs: 1_000 };
const ids = (table: DeviceTable, nowMs: number) => table.all(nowMs).map(({ deviceId }) => deviceId);

// Requirement: D-7
test("lives for its time after the last announcement, and no longer", () => {
  const table = new DeviceTable(limits);
  expect(table.hear(announced("a"), "h1", "h1", 0)).toBe("new");
  expect(table.hear(announced("a", { services: ["echo"] }), "h1", "h1", 500)).toBe("refreshed");
  expect(table.find("a", 1_499)).toMatchObject({ host: "h1", services: ["echo"], expiresAtMs: 1_500 });
  expect(table.find("a", 1_500)).toBeUndefined();
  expect(table.size).toBe(0);
});

// Requirement: D-8
test.each([
  ["address", announced("a"), "h2"],
  ["port", announced("a", { port: 2 }), "h1"],
  ["key", announced("a", { staticKey: "bb" }), "h1"],
])("another %s changes nothing while the entry lives, nor does it keep it alive", (_what, claim, host) => {
  const table = new DeviceTable(limits);
  table.hear(announced("a"), "h1", "h1", 0);
  expect(table.hear(claim, host, host, 900)).toBe("contradicted");
  expect(table.find("a", 999)).toMatchObject({ host: "h1", port: 1, staticKey: "aa" });
  expect(table.find("a", 1_000)).toBeUndefined();
  expect(table.hear(claim, host, host, 1_000)).toBe("new");
});

// Requirements: D-6, D-9
test("a source holds its share and pushes out only its own", () => {
  const table = new DeviceTable(limits);
  table.hear(announced("other"), "h1", "h1", 0);
  for (const id of ["b", "c"]) table.hear(announced(id), "h2", "h2", 1);
  expect(ids(table, 2)).toEqual(["other", "b", "c"]);
  table.hear(announced("d"), "h2", "h2", 2);
  expect(ids(table, 2)).toEqual(["other", "b", "c", "d"]);
  table.hear(announced("e"), "h2", "h2", 3);
  expect(ids(table, 3)).toEqual(["other", "c", "d", "e"]);
});

// Requirements: D-6, D-9
test("full: a newcomer takes the stalest place of the source that holds most", () => {
  const table = new DeviceTable(limits);
  table.hear(announced("x"), "h1", "h1", 0);
  for (const id of ["b", "c", "d"]) table.hear(announced(id), "h2", "h2", 1);
  table.hear(announced("b"), "h2", "h2", 2);
  table.hear(announced("n"), "h3", "h3", 3);
  expect(ids(table, 3)).toEqual(["x", "d", "b", "n"]);
});

test("never holds more than its limit, whatever comes", () => {
  const table = new DeviceTable();
  for (let index = 0; index < 1_000; index += 1) table.hear(announced(`d${index}`), `h${index}`, `h${index}`, index);
  expect(table.size).toBe(256);
});
