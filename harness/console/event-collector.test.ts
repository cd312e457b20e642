import { describe, expect, it } from "vitest";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import { EventCollector } from "./event-collector.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (seq: number, source = "dsoftbusd"): string =>
  formatEventLine({ seq, source, atMs: seq, kind: "marker", data: { text: `m${seq}` } });

function collect(text: string, maxEvents?: number): EventCollector {
  const collector = new EventCollector(maxEvents);
  collector.push(encode(text), 5);
  collector.end();
  return collector;
}

describe("event collector", () => {
  it("takes events of several sources, each with a sequence of its own", () => {
    const { events, damage } = collect(line(1) + line(1, "selftest") + line(2) + line(2, "selftest"));
    expect(events.map(({ source, seq, arrivedMs }) => [source, seq, arrivedMs])).toEqual([
      ["dsoftbusd", 1, 5],
      ["selftest", 1, 5],
      ["dsoftbusd", 2, 5],
      ["selftest", 2, 5],
    ]);
    expect(damage).toEqual([]);
  });

  it("tells a lost line", () => {
    const { damage } = collect(line(1) + line(4));
    expect(damage).toEqual([{ kind: "gap", source: "dsoftbusd", detail: "lines 2 to 3 never arrived", atMs: 5 }]);
  });

  it("tells a torn line, and one whose bytes changed", () => {
    expect(collect(line(1).slice(0, -12)).damage.map(({ kind }) => kind)).toEqual(["torn"]);
    const changed = collect(line(1).replace("m1", "m7"));
    expect(changed.damage.map(({ detail }) => detail.split(":")[0])).toEqual(["crc does not match"]);
    expect(changed.events).toEqual([]);
  });

  it("tells a repeated line and takes it once", () => {
    const { events, damage } = collect(line(1) + line(1));
    expect(events).toHaveLength(1);
    expect(damage.map(({ kind }) => kind)).toEqual(["repeated"]);
  });

  it.each([
    [2, 0],
    [3, 0],
    [4, 1],
  ])("keeps at most three of %i events", (count, discarded) => {
    const collector = collect(Array.from({ length: count }, (_, index) => line(index + 1)).join(""), 3);
    expect([collector.events.length, collector.discarded]).toEqual([Math.min(3, count), discarded]);
  });

  it("counts what is for viewers of qlog among the lines, and keeps none of it", () => {
    const qlog = formatEventLine({ seq: 2, source: "dsoftbusd", atMs: 2, kind: EventKind.QLOG, data: { time: 2 } });
    const { events, damage } = collect(line(1) + qlog + line(3));
    expect([events.map(({ seq }) => seq), damage]).toEqual([[1, 3], []]);
  });

  it("keeps a bounded list of damage", () => {
    expect(collect("no event\n".repeat(500)).damage).toHaveLength(100);
  });
});
