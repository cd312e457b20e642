import { describe, expect, it } from "vitest";
import { crc32Hex } from "../../contract/crc32.ts";
import { formatEventLine, type EventLine } from "../../contract/event-line.ts";
import { HOSTILE, obeyedIn } from "./obeyed-characters.fixture.ts";
import { MAX_EVENT_DEPTH, readEventLine } from "./read-event-line.ts";

const event: EventLine = {
  seq: 1,
  source: "selftest",
  atMs: 2,
  kind: "probe-failed",
  data: { n: 1, list: ["a", null] },
};
const read = (change: Partial<EventLine>) => readEventLine(formatEventLine({ ...event, ...change }).trimEnd());

describe("a line of an event port", () => {
  it("of a guest that means well is what it was", () => {
    expect(read({})).toEqual(event);
    expect(readEventLine("no event")).toHaveProperty("torn");
  });

  it.each<[string, Partial<EventLine>]>([
    ["its source", { source: HOSTILE }],
    ["its kind", { kind: HOSTILE }],
    ["a text of its data", { data: { text: HOSTILE } }],
    ["the name of a field", { data: { [HOSTILE]: 1 } }],
    ["a text deep inside", { data: { list: [{ deeper: [HOSTILE] }] } }],
  ])("holds nothing that a terminal obeys: %s", (_, change) => {
    const told = read(change);
    expect(told).not.toHaveProperty("torn");
    const texts: string[] = [];
    JSON.stringify(told, (key, value: unknown) => {
      texts.push(key, String(value));
      return value;
    });
    expect(obeyedIn(texts.join(" "))).toEqual([]);
    expect(texts.join(" ")).toContain("é");
  });

  it.each([
    [MAX_EVENT_DEPTH, false],
    [MAX_EVENT_DEPTH + 1, true],
    [30_000, true],
  ])("may be nested %i deep: refused is %s", (depth, isRefused) => {
    // By hand: what writes JSON would run out of stack itself.
    const data = `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
    const line = formatEventLine({ ...event, data: {} })
      .trimEnd()
      .replace('"data":{}', `"data":${data}`);
    expect("torn" in readEventLine(signed(line))).toBe(isRefused);
  });
});

/** @returns the line with the checksum that its text has */
function signed(line: string): string {
  return line.replace(
    /"crc":"[0-9a-f]{8}"/,
    () => `"crc":"${crc32Hex(line.replace(/"crc":"[0-9a-f]{8}"/, '"crc":"00000000"'))}"`,
  );
}
