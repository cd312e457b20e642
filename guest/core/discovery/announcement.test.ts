import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Announcement,
  AnnouncementError,
  decodeAnnouncement,
  encodeAnnouncement,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_SERVICE_NAME_BYTES,
  MAX_SERVICES,
} from "./announcement.ts";

const base: Announcement = {
  deviceId: "ab".repeat(32),
  staticKey: "cd".repeat(32),
  port: 37_010,
  services: ["control", "echo"],
};
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const name = fc.string({ minLength: 1, maxLength: 16, unit: "grapheme" }).filter((text) => {
  const { length } = new TextEncoder().encode(text);
  return length > 0 && length <= 24;
});
const announcements = fc.record({
  deviceId: key,
  staticKey: key,
  port: fc.integer({ min: 1, max: 65_535 }),
  services: fc.array(name, { maxLength: 16 }),
});

test("comes back as it was, cut off nowhere, with nothing behind it", () => {
  fc.assert(
    fc.property(announcements, (announcement) => {
      const datagram = encodeAnnouncement(announcement);
      expect(decodeAnnouncement(datagram)).toEqual(announcement);
      for (let end = 0; end < datagram.length; end += 1)
        expect(decodeAnnouncement(datagram.slice(0, end))).toBeUndefined();
      expect(decodeAnnouncement(Uint8Array.of(...datagram, 0))).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});

// Requirement: D-5
test("any bytes are decoded or refused, and what is decoded is canonical", () => {
  const prefix = encodeAnnouncement(base).slice(0, 8);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, hasPrefix) => {
      const datagram = hasPrefix ? Uint8Array.of(...prefix, ...bytes) : bytes;
      const decoded = decodeAnnouncement(datagram);
      if (decoded !== undefined) expect(encodeAnnouncement(decoded)).toEqual(datagram);
    }),
  );
});

test.each([
  ["another magic", 0, 0x65],
  ["another version", 4, 2],
  ["unknown flags", 5, 1],
])("%s is refused", (_what, at, value) => {
  expect(decodeAnnouncement(encodeAnnouncement(base).with(at, value))).toBeUndefined();
});

// Requirement: D-5
test("port 0 is refused by the reader", () => {
  expect(decodeAnnouncement(encodeAnnouncement({ ...base, port: 1 }))?.port).toBe(1);
  expect(decodeAnnouncement(encodeAnnouncement({ ...base, port: 0 }))).toBeUndefined();
});

// Requirement: D-2
test("a whole announcement has at most 512 bytes", () => {
  // 73 bytes are fixed, each of seven names takes 1 + 61 bytes: 507, and a last one fills up.
  const services = Array.from({ length: 7 }, (_, index) => String(index).repeat(61));
  const full = encodeAnnouncement({ ...base, services: [...services, "last"] });
  expect(full.length).toBe(MAX_ANNOUNCEMENT_BYTES);
  expect(decodeAnnouncement(full)?.services).toHaveLength(8);
  expect(encodeAnnouncement({ ...base, services: [...services, "las"] }).length).toBe(MAX_ANNOUNCEMENT_BYTES - 1);
  expect(() => encodeAnnouncement({ ...base, services: [...services, "last1"] })).toThrow(AnnouncementError);
});

test("names and their number are bounded, on both sides", () => {
  const named = (length: number) => encodeAnnouncement({ ...base, services: ["n".repeat(length)] });
  expect(decodeAnnouncement(named(MAX_SERVICE_NAME_BYTES))?.services).toHaveLength(1);
  for (const length of [0, MAX_SERVICE_NAME_BYTES + 1]) expect(() => named(length)).toThrow(AnnouncementError);
  const numbered = (count: number) => encodeAnnouncement({ ...base, services: Array<string>(count).fill("n") });
  expect(decodeAnnouncement(numbered(MAX_SERVICES))?.services).toHaveLength(MAX_SERVICES);
  expect(() => numbered(MAX_SERVICES + 1)).toThrow(AnnouncementError);
  const tooLong = Uint8Array.of(...named(MAX_SERVICE_NAME_BYTES), 0x6e).with(73, MAX_SERVICE_NAME_BYTES + 1);
  expect(decodeAnnouncement(tooLong)).toBeUndefined();
  const tooMany = Uint8Array.of(...numbered(MAX_SERVICES), 1, 0x6e).with(72, MAX_SERVICES + 1);
  expect(decodeAnnouncement(tooMany)).toBeUndefined();
});

test("keys that are no keys are a mistake of the caller", () => {
  expect(() => encodeAnnouncement({ ...base, staticKey: "cd" })).toThrow(AnnouncementError);
});
