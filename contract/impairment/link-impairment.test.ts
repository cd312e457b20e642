import { describe, expect, it } from "vitest";
import { LinkImpairment, MAX_FLOWS } from "./link-impairment.ts";
import { LinkSpecError } from "./link-spec-error.ts";
import type { Decision, DecisionRecord } from "./decision.ts";
import type { FrameInfo } from "./frame-info.ts";
import type { Fault, LinkSpec } from "./link-spec.ts";

function frame(overrides: Partial<FrameInfo> = {}): FrameInfo {
  return {
    flow: "a>b/udp/37010",
    protocol: "udp",
    sourcePort: 50_000,
    destinationPort: 37_010,
    lengthBytes: 1_000,
    payloadBytes: 958,
    packetType: "data",
    ...overrides,
  };
}

function decideMany(spec: LinkSpec, count: number, seed = 1, of: FrameInfo = frame()): Decision[] {
  const link = new LinkImpairment(spec, seed, "a>b");
  return Array.from({ length: count }, (_, i) => link.decide(of, i));
}

const dropped = (decision: Decision): boolean => decision.deliveries.length === 0;
const faults = (...list: Fault[]): LinkSpec => ({ faults: list });

describe("random faults", () => {
  it("drop about their share, and only about", () => {
    const losses = decideMany(faults({ kind: "drop", chance: 0.1 }), 10_000).filter(dropped).length;
    expect(losses).toBeGreaterThan(850);
    expect(losses).toBeLessThan(1_150);
  });

  it("depend on seed, link, flow and index, not on what other flows do between", () => {
    const spec = faults({ kind: "drop", chance: 0.3 });
    const alone = decideMany(spec, 200).map(dropped);
    const link = new LinkImpairment(spec, 1, "a>b");
    const mixed = alone.map((_, i) => {
      for (let n = 0; n < i % 3; n++) link.decide(frame({ flow: "b>a/tcp/22" }), i);
      return dropped(link.decide(frame(), i * 7));
    });
    expect(mixed).toEqual(alone);
    expect(decideMany(spec, 200, 2).map(dropped)).not.toEqual(alone);
    expect(decideMany(spec, 200, 1, frame({ flow: "other" })).map(dropped)).not.toEqual(alone);
  });

  it("honour maxBurst: never more in a row", () => {
    const fates = decideMany(faults({ kind: "drop", chance: 0.9, maxBurst: 3 }), 2_000).map(dropped);
    const runs = fates
      .map((lost) => (lost ? "x" : "."))
      .join("")
      .match(/x+/g);
    expect(Math.max(...(runs ?? []).map((run) => run.length))).toBe(3);
  });

  it("drop bursts of the length asked, as a function of the index alone", () => {
    const fates = decideMany(faults({ kind: "drop-burst", chance: 0.01, length: 5 }), 5_000).map(dropped);
    const runs =
      fates
        .map((lost) => (lost ? "x" : "."))
        .join("")
        .match(/x+/g) ?? [];
    expect(runs.length).toBeGreaterThan(20);
    expect(Math.min(...runs.map((run) => run.length))).toBe(5);
  });

  it("duplicate, hold back and flip bits inside the payload", () => {
    const [copied] = decideMany(faults({ kind: "duplicate", chance: 1, laterMs: 3 }), 1);
    expect(copied).toEqual({ deliveries: [{ delayMs: 0 }, { delayMs: 3 }], reason: "duplicate" });
    const [held] = decideMany(faults({ kind: "reorder", chance: 1, laterMs: 8 }), 1);
    expect(held).toEqual({ deliveries: [{ delayMs: 8 }], reason: "reorder" });
    for (const decision of decideMany(faults({ kind: "corrupt", chance: 1, maxBits: 4 }), 500)) {
      const flips = decision.deliveries[0]?.flips ?? [];
      expect(flips.length).toBeGreaterThanOrEqual(1);
      expect(flips.length).toBeLessThanOrEqual(4);
      expect(flips.every((bit) => bit >= 0 && bit < 958 * 8)).toBe(true);
    }
  });

  it("leave an empty payload alone", () => {
    const [decision] = decideMany(faults({ kind: "corrupt", chance: 1 }), 1, 1, frame({ payloadBytes: 0 }));
    expect(decision).toEqual({ deliveries: [{ delayMs: 0 }] });
  });
});

describe("chosen faults", () => {
  it("drop the nth that match", () => {
    const link = new LinkImpairment(
      faults({ kind: "drop-nth", indexes: [1], match: { packetTypes: ["msg3"] } }),
      1,
      "l",
    );
    const types = ["msg1", "msg3", "data", "msg3", "msg3"] as const;
    expect(types.map((packetType) => dropped(link.decide(frame({ packetType }), 0)))).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });

  it.each([
    [1_099, false],
    [1_100, false],
    [1_101, true],
  ])("limit the size at 1100: %i bytes, dropped %s", (lengthBytes, expected) => {
    const [decision] = decideMany(faults({ kind: "size-limit", maxBytes: 1_100 }), 1, 1, frame({ lengthBytes }));
    expect(decision && dropped(decision)).toBe(expected);
  });

  it.each([
    [{ protocol: "tcp" }, false],
    [{ ports: [37_010] }, true],
    [{ ports: [1] }, false],
    [{ minBytes: 1_001 }, false],
    [{ maxBytes: 1_000 }, true],
    [{ packetTypes: ["data"] }, true],
    [{ packetTypes: ["ack"] }, false],
  ] as const)("match %j: %s", (match, expected) => {
    const [decision] = decideMany(faults({ kind: "blackhole", match }), 1);
    expect(decision && dropped(decision)).toBe(expected);
  });

  it("keep to their window, from its first to before its last millisecond", () => {
    const link = new LinkImpairment(faults({ kind: "blackhole", during: { fromMs: 10, untilMs: 20 } }), 1, "l");
    expect([9.9, 10, 19.9, 20].map((nowMs) => dropped(link.decide(frame(), nowMs)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("wait for their trigger, whose first call counts", () => {
    const during = { trigger: "session ok", fromMs: 5, untilMs: 10 };
    const link = new LinkImpairment(faults({ kind: "blackhole", during }), 1, "l");
    expect(dropped(link.decide(frame(), 100))).toBe(false);
    link.trigger("session ok", 100);
    link.trigger("session ok", 104);
    expect([104, 105, 109, 110].map((nowMs) => dropped(link.decide(frame(), nowMs)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe("delay, jitter and rate", () => {
  it("keeps the order of a flow under jitter", () => {
    const arrivals = decideMany({ delayMs: 10, jitterMs: 50 }, 500).map((decision, i) => i + delayOf(decision));
    for (const [i, arrival] of arrivals.entries()) expect(arrival).toBeGreaterThanOrEqual(arrivals[i - 1] ?? 10);
    expect(new Set(arrivals).size).toBeGreaterThan(50);
  });

  it("sends one after the other at its rate", () => {
    const link = new LinkImpairment({ rateMbps: 8, delayMs: 5 }, 1, "l");
    expect([0, 0, 0.5].map((nowMs) => delayOf(link.decide(frame(), nowMs)))).toEqual([6, 7, 7.5]);
    expect(delayOf(link.decide(frame(), 10))).toBe(6);
  });

  it.each([
    [999, 0],
    [1_000, 1],
    [2_000, 2],
  ])("bounds the queue at %i bytes: %i frames pass at once", (queueBytes, expected) => {
    const link = new LinkImpairment({ rateMbps: 1, queueBytes }, 1, "l");
    const decisions = [0, 0, 0].map(() => link.decide(frame(), 0));
    expect(decisions.filter((decision) => !dropped(decision))).toHaveLength(expected);
    expect(decisions[2]?.reason).toBe("queue-full");
  });
});

describe("bounds and errors", () => {
  it("logs every decision with its place", () => {
    const records: DecisionRecord[] = [];
    const link = new LinkImpairment(faults({ kind: "drop", chance: 1 }), 1, "a>b", (record) => records.push(record));
    link.decide(frame(), 1);
    link.decide(frame(), 2);
    expect(records.map(({ link: name, index, atMs, reason }) => [name, index, atMs, reason])).toEqual([
      ["a>b", 0, 1, "drop"],
      ["a>b", 1, 2, "drop"],
    ]);
  });

  it("shares one state among the flows past the bound", () => {
    const records: DecisionRecord[] = [];
    const link = new LinkImpairment({}, 1, "l", (record) => records.push(record));
    for (let i = 0; i < MAX_FLOWS + 2; i++) link.decide(frame({ flow: `f${i}` }), 0);
    expect(records.at(-3)?.index).toBe(0);
    expect(records.at(-1)?.index).toBe(1);
  });

  it.each<[LinkSpec, string]>([
    [{ delayMs: -1 }, "delayMs is -1"],
    [{ rateMbps: 0 }, "rateMbps is 0"],
    [faults({ kind: "drop", chance: 1.1 }), "faults[0].chance is 1.1"],
    [faults({ kind: "drop-burst", chance: 0, length: 0 }), "length is 0"],
    [faults({ kind: "drop-nth", indexes: [-1] }), "indexes is -1"],
    [faults({ kind: "blackhole", during: { fromMs: 5, untilMs: 5 } }), "untilMs after fromMs (5)"],
  ])("refuses %j", (spec, message) => {
    expect(() => new LinkImpairment(spec, 1, "l")).toThrow(LinkSpecError);
    expect(() => new LinkImpairment(spec, 1, "l")).toThrow(message);
  });
});

function delayOf(decision: Decision): number {
  return decision.deliveries[0]?.delayMs ?? NaN;
}
