import { describe, expect, test } from "vitest";
import { RstCode } from "./constants.ts";
import type { Frame } from "./frame.ts";
import { LoneSession, pattern, readAll, SessionPair } from "./session-pair.fixture.ts";

const open = (streamId: number, name = `s${streamId}`): Frame => ({
  type: "open",
  streamId,
  priority: 0,
  creditBytes: 0,
  name,
});
const opens = (count: number): Frame[] => Array.from({ length: count }, (_, index) => open(2 * index + 1));
const RST = 5;
const resetCodes = (lone: LoneSession): number[] =>
  lone
    .sent()
    .filter((frame) => frame.type === RST)
    .map((frame) => frame.payload[0]!);

describe("streams per opener", () => {
  // Requirements: M-11, M-34, RX-126
  test.each([
    [63, []],
    [64, []],
    [65, [RstCode.LIMIT]],
  ])("%i of the peer", (count, expected) => {
    const lone = new LoneSession();
    lone.receive(...opens(count));
    expect(resetCodes(lone)).toEqual(expected);
    expect(lone.session.stats().streams.Open).toBe(Math.min(64, count));
    expect(lone.session.stats().rejects).toEqual(count > 64 ? { "mux.reject.stream_limit_exceeded": 1 } : {});
    expect(lone.session.end).toBeUndefined();
  });

  // Requirement: M-11
  test("64 of each side live at once, the 65th open throws", () => {
    const pair = new SessionPair();
    for (let index = 0; index < 64; index += 1) {
      pair.a.open(`${index}`, index % 8);
      pair.b.open(`${index}`, index % 8);
    }
    expect(() => pair.a.open("64", 0)).toThrow(expect.objectContaining({ code: "MUX_STREAM_LIMIT" }));
    pair.settle();
    expect([pair.a.stats().streams.Open, pair.b.stats().streams.Open]).toEqual([128, 128]);
    expect(pair.a.stats().outstandingCreditBytes).toBe(128 * 65_536);
  });

  // Requirements: M-34, RX-127
  test("a name twice is answered with RST", () => {
    const lone = new LoneSession();
    lone.receive(open(1, "same"), open(3, "same"), { type: "rst", streamId: 1, code: 0 }, open(5, "same"));
    expect(resetCodes(lone)).toEqual([RstCode.DUPLICATE_NAME]);
    expect(lone.session.stats().rejects).toEqual({ "mux.reject.duplicate_stream_name": 1 });
    expect(lone.session.stats().streams.Open).toBe(1);
  });

  // Requirement: M-15
  test("unread bytes of closed streams keep their slots: a slow reader is bounded too", () => {
    const pair = new SessionPair({ limits: { openStreamsPerOpener: 2 } });
    for (const name of ["a", "b"]) {
      const { ofA, ofB } = pair.open(name);
      ofA.write(pattern(10));
      ofA.finish();
      ofB.finish();
      pair.settle();
      expect([ofA.state, ofB.state]).toEqual(["Closed", "Closed"]);
    }
    const refused = pair.a.open("c", 0);
    pair.settle();
    expect(refused.resetCause).toEqual({ code: RstCode.LIMIT, by: "peer" });
    for (const event of pair.eventsOfB) if (event.type === "stream-accepted") readAll(event.stream);
    expect(pair.open("d").ofA.state).toBe("Open");
  });
});

describe("churn", () => {
  // Requirements: M-23, RX-125
  test.each([
    [99, 0],
    [100, 0],
    [101, 1],
  ])("%i OPENs within a moment: %i BUSY", (count, busy) => {
    const lone = new LoneSession({ acceptStream: () => false });
    lone.receive(...opens(count));
    expect(resetCodes(lone).filter((code) => code === RstCode.BUSY)).toHaveLength(busy);
  });

  test("BUSY ends when the budget is earned again", () => {
    const lone = new LoneSession();
    const cycle = (index: number): Frame[] => [
      open(2 * index + 1, "x"),
      { type: "rst", streamId: 2 * index + 1, code: 0 },
    ];
    lone.receive(...Array.from({ length: 100 }, (_, index) => cycle(index)).flat());
    lone.receive(open(201));
    expect(resetCodes(lone)).toEqual([RstCode.BUSY]);
    lone.nowMs = 10;
    lone.receive(open(203));
    expect(lone.session.stats().streams.Open).toBe(1);
  });

  // Requirement: M-24
  test.each([
    [255, undefined],
    [256, undefined],
    [257, "mux.reject.stream_limit_exceeded"],
  ])("%i refusals that nobody takes: %s", (count, label) => {
    const lone = new LoneSession({ acceptStream: () => false });
    lone.end.unsent.append(new Uint8Array(65_536));
    lone.receive(...opens(count));
    expect(lone.session.end?.label).toBe(label);
    expect(lone.session.stats().pendingControlFrames).toBe(label === undefined ? count : 0);
  });
});

describe("what is unsent below", () => {
  test.each([
    [65_535, true],
    [65_536, false],
    [65_537, false],
  ])("%i bytes: hands down %s", (unsentBytes, expected) => {
    const lone = new LoneSession();
    lone.end.unsent.append(new Uint8Array(unsentBytes));
    lone.session.open("x", 0);
    lone.session.pump(0);
    expect(lone.end.unsent.length > unsentBytes).toBe(expected);
  });

  // Requirements: M-21, M-27
  test("stays under 64 KiB and one frame, and priority decides what goes next", () => {
    const pair = new SessionPair();
    const bulk = pair.open("bulk", 7);
    const control = pair.open("control", 0);
    pair.settle();
    expect(bulk.ofA.write(pattern(65_536))).toBe(65_536);
    pair.a.pump(0);
    bulk.ofA.write(pattern(65_536));
    control.ofA.write(pattern(10));
    pair.a.pump(0);
    expect(pair.pipe.initiator.maxUnsentBytes).toBeLessThan(65_536 + 32 * 1_024 + 12);
    pair.pipe.move(pair.pipe.initiator, 40_000, 0);
    pair.a.pump(0);
    expect([control.ofA.bufferedBytes, bulk.ofA.bufferedBytes > 0]).toEqual([0, true]);
  });

  test("a transport with little room gets frames cut to it and never loses their tail", () => {
    const pair = new SessionPair({ transportSendBufferBytes: 40 });
    const { ofA, ofB } = pair.open("narrow");
    ofA.write(pattern(5_000));
    ofA.finish();
    pair.settle(7);
    expect(readAll(ofB)).toEqual(pattern(5_000));
    expect(pair.a.stats().partialFrameBytes).toBe(0);
  });
});

describe("credit of a session", () => {
  // Requirement: M-13
  test("tuned windows of 128 streams together stay within 16 MiB", () => {
    const pair = new SessionPair();
    const streams = Array.from({ length: 64 }, (_, index) => [
      pair.a.open(`${index}`, 0),
      pair.b.open(`${index}`, 0),
    ]).flat();
    pair.settle();
    for (let round = 0; round < 12; round += 1) {
      for (const stream of streams) stream.write(pattern(65_536));
      for (const events of [pair.eventsOfA, pair.eventsOfB]) {
        for (const event of events.splice(0)) if (event.type === "readable") readAll(event.stream);
      }
      pair.settle();
      const stats = pair.a.stats();
      expect(stats.outstandingCreditBytes + stats.receiveBufferedBytes).toBeLessThanOrEqual(16 * 1_024 * 1_024);
      expect(stats.tunedCreditBytes).toBeLessThanOrEqual(8 * 1_024 * 1_024);
    }
    expect(pair.a.stats().tunedCreditBytes).toBe(8 * 1_024 * 1_024);
    for (const stream of streams) stream.reset(0);
    pair.settle();
    expect(pair.b.stats().tunedCreditBytes).toBe(0);
  });
});

describe("events nobody takes", () => {
  test.each([
    [3, 0],
    [4, 0],
    [5, 1],
  ])("of %i streams with a bound of 4: %i stay unread below", (count, expected) => {
    const lone = new LoneSession({ limits: { pendingEvents: 4 } });
    for (let index = 0; index < count; index += 1) lone.receive(open(2 * index + 1));
    expect(lone.end.readableBytes > 0 ? 1 : 0).toBe(expected);
    if (expected === 0) return;
    expect(lone.session.nextDeadlineMs()).toBe(0);
    expect(lone.session.takeEvents()).toHaveLength(4);
    lone.session.pump(0);
    expect(lone.end.readableBytes).toBe(0);
    expect(lone.session.takeEvents()).toHaveLength(1);
    expect(lone.session.nextDeadlineMs()).toBeGreaterThan(0);
  });
});
