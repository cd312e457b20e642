import { describe, expect, test } from "vitest";
import { RstCode } from "./constants.ts";
import { MuxError } from "./mux-error.ts";
import { KEEPALIVE_REASON, MuxSession } from "./mux-session.ts";
import { acceptedStream, LoneSession, pattern, readAll, SessionPair } from "./session-pair.fixture.ts";
import { StreamEnd, StreamPair } from "./stream-pair.fixture.ts";

const typesOf = (events: readonly { type: string }[]): string[] => events.map((event) => event.type);

describe("streams", () => {
  // Requirements: M-28, RX-129
  test("open, both ways, half-close, close", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open("echo", 2);
    expect([ofB.name, ofB.priority, ofB.id, ofB.openedBy, ofA.openedBy]).toEqual(["echo", 2, 1, "peer", "local"]);
    expect(typesOf(pair.eventsOfA)).toEqual(["stream-opened"]);
    expect(typesOf(pair.eventsOfB)).toEqual(["stream-accepted"]);

    expect(ofA.write(pattern(10))).toBe(10);
    ofA.finish();
    expect([ofA.state, ofA.write(pattern(1)), ofA.writableBytes]).toEqual(["Open", 0, 0]);
    pair.settle();
    expect([ofA.state, ofB.state, ofB.isReadFinished]).toEqual(["HalfClosedLocal", "HalfClosedRemote", false]);
    expect(readAll(ofB)).toEqual(pattern(10));
    expect(ofB.isReadFinished).toBe(true);
    expect(typesOf(pair.eventsOfB)).toEqual(["stream-accepted", "readable", "finished"]);

    ofB.write(pattern(5, 9));
    ofB.finish();
    pair.settle();
    expect([ofA.state, ofB.state]).toEqual(["Closed", "Closed"]);
    expect(pair.b.stats().streams.Closed).toBe(0);
    expect(pair.a.stats().streams.Closed).toBe(1);
    expect(readAll(ofA)).toEqual(pattern(5, 9));
    expect(pair.a.stats().streams.Closed).toBe(0);
  });

  // Requirement: M-10
  test("the responder's ids are even, each side counts its own", () => {
    const pair = new SessionPair();
    expect([pair.a.open("x", 0).id, pair.a.open("y", 0).id, pair.b.open("x", 0).id, pair.b.open("y", 0).id]).toEqual([
      1, 3, 2, 4,
    ]);
    pair.settle();
    expect([pair.a.end, pair.b.end]).toEqual([undefined, undefined]);
  });

  // Requirement: M-14
  test("OPENs leave in the order of their ids whatever their priority", () => {
    const pair = new SessionPair();
    for (let priority = 7; priority >= 0; priority -= 1) pair.a.open(`p${priority}`, priority);
    pair.settle();
    expect(pair.a.stats().streams.Open).toBe(8);
    expect(pair.b.end).toBeUndefined();
  });

  // Requirements: M-12, M-16
  test("bytes written before OPEN_ACK leave after it", () => {
    const pair = new SessionPair();
    const stream = pair.a.open("early", 0);
    expect(stream.write(pattern(70_000))).toBe(65_536);
    stream.finish();
    pair.settle();
    expect(readAll(acceptedStream(pair.eventsOfB))).toEqual(pattern(70_000).subarray(0, 65_536));
  });

  test("a writer that was cut short is told when half of its buffer is free", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    expect(ofA.write(pattern(65_536))).toBe(65_536);
    pair.settle();
    pair.eventsOfA.splice(0);
    expect(ofA.write(pattern(65_536))).toBe(65_536);
    expect(ofA.write(pattern(1))).toBe(0);
    pair.settle();
    expect(typesOf(pair.eventsOfA)).not.toContain("writable");
    readAll(ofB);
    pair.settle();
    expect(typesOf(pair.eventsOfA)).toContain("writable");
  });
});

describe("reset", () => {
  test("drops queued and unread bytes at both ends, and is idempotent", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    ofA.write(pattern(1_000));
    ofB.write(pattern(2_000));
    pair.settle();
    ofA.write(pattern(500));
    ofA.reset(RstCode.CANCELLED);
    ofA.reset(RstCode.BUSY);
    expect([ofA.state, ofA.bufferedBytes, ofA.readableBytes, ofA.resetCause]).toEqual([
      "Reset",
      0,
      0,
      { code: 0, by: "local" },
    ]);
    pair.settle();
    expect([ofB.state, ofB.readableBytes, ofB.isReadFinished, ofB.write(pattern(1))]).toEqual(["Reset", 0, false, 0]);
    expect(pair.eventsOfB.at(-1)).toEqual({ type: "reset", stream: ofB, code: 0, by: "peer" });
    expect(pair.eventsOfA.at(-1)).toEqual({ type: "reset", stream: ofA, code: 0, by: "local" });
    expect([pair.a.stats().heldBytes, pair.b.stats().heldBytes]).toEqual([0, 0]);
  });

  // Requirements: M-22, M-28
  test("both at once: the RSTs cross and nobody minds", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    ofA.reset(1);
    ofB.reset(2);
    pair.settle();
    expect([ofA.resetCause?.code, ofB.resetCause?.code]).toEqual([1, 2]);
    expect([pair.a.end, pair.b.end]).toEqual([undefined, undefined]);
  });

  test("of a half-closed stream crosses the peer's CLOSE: name and slot are free for the OPEN behind it", () => {
    const pair = new SessionPair({ limits: { openStreamsPerOpener: 1 } });
    const { ofA, ofB } = pair.open("again");
    ofB.finish();
    pair.settle();
    ofA.finish();
    pair.a.pump(0);
    expect(ofA.state).toBe("Closed");
    const next = pair.a.open("again", 0);
    ofB.reset(RstCode.CANCELLED);
    pair.settle();
    expect([next.state, ofB.state, pair.b.stats().streams.Reset]).toEqual(["Open", "Reset", 0]);
  });

  test("before its OPEN left: OPEN goes first, and the slot is held until RST left", () => {
    const pair = new SessionPair({ limits: { openStreamsPerOpener: 1 } });
    const stream = pair.a.open("never", 0);
    stream.reset(0);
    expect(() => pair.a.open("next", 0)).toThrow(MuxError);
    pair.settle();
    pair.a.open("never", 0);
    pair.settle();
    expect(pair.b.end).toBeUndefined();
    expect(acceptedStream(pair.eventsOfB).state).toBe("Open");
  });

  test("on a closed stream it only drops what is unread", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    ofB.write(pattern(10));
    ofB.finish();
    ofA.finish();
    pair.settle();
    ofA.reset(0);
    expect([ofA.state, ofA.readableBytes, pair.a.stats().streams.Closed]).toEqual(["Closed", 0, 0]);
    expect([ofA.isReadFinished, ofB.isReadFinished]).toEqual([false, true]);
  });

  test("a code that is no u16 is the caller's mistake", () => {
    const { ofA } = new SessionPair().open();
    expect(() => ofA.reset(65_536)).toThrow(MuxError);
    expect(() => ofA.reset(-1)).toThrow(MuxError);
    ofA.reset(65_535);
    expect(ofA.state).toBe("Reset");
  });
});

describe("refused streams", () => {
  test.each([
    [false, RstCode.NO_SERVICE],
    [RstCode.BUSY, RstCode.BUSY],
    [77, 77],
  ] as const)("acceptStream says %s: RST %i", (answer, code) => {
    const pair = new SessionPair({ acceptStream: () => answer });
    const stream = pair.a.open("nobody", 0);
    pair.settle();
    expect(pair.eventsOfA).toEqual([{ type: "reset", stream, code, by: "peer" }]);
    expect([pair.a.stats().streams, pair.b.stats().streams]).toEqual([
      { Open: 0, HalfClosedLocal: 0, HalfClosedRemote: 0, Closed: 0, Reset: 0 },
      { Open: 0, HalfClosedLocal: 0, HalfClosedRemote: 0, Closed: 0, Reset: 0 },
    ]);
  });

  // Requirement: RX-128
  test("without acceptStream there is no service", () => {
    const pipe = new StreamPair();
    const session = new MuxSession({ transport: pipe.initiator, nowMs: 0 });
    const peer = new MuxSession({ transport: pipe.responder, nowMs: 0 });
    const stream = session.open("x", 0);
    for (const one of [session, peer, session]) {
      one.pump(0);
      pipe.move(pipe.initiator, 1_000, 0);
      pipe.move(pipe.responder, 1_000, 0);
    }
    expect(stream.resetCause).toEqual({ code: RstCode.NO_SERVICE, by: "peer" });
  });
});

describe("open: the caller's mistakes", () => {
  const codeOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      if (error instanceof MuxError) return error.code;
    }
    return "none";
  };

  test.each([
    ["", "MUX_INVALID_NAME"],
    ["n", "none"],
    ["n".repeat(63), "none"],
    ["n".repeat(64), "none"],
    ["n".repeat(65), "MUX_INVALID_NAME"],
    ["ü".repeat(32), "none"],
    ["ü".repeat(33), "MUX_INVALID_NAME"],
    ["\ud800", "MUX_INVALID_NAME"],
  ])("name %j: %s", (name, code) => {
    expect(codeOf(() => new SessionPair().a.open(name, 0))).toBe(code);
  });

  test.each([
    [0, "none"],
    [7, "none"],
    [8, "MUX_INVALID_PRIORITY"],
    [-1, "MUX_INVALID_PRIORITY"],
    [0.5, "MUX_INVALID_PRIORITY"],
  ])("priority %d: %s", (priority, code) => {
    expect(codeOf(() => new SessionPair().a.open("x", priority))).toBe(code);
  });

  // Requirements: M-11, M-15
  test("a name is unique per opener and comes back when its stream is done", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open("one");
    expect(codeOf(() => pair.a.open("one", 0))).toBe("MUX_DUPLICATE_NAME");
    expect(codeOf(() => pair.b.open("one", 0))).toBe("none");
    ofB.write(pattern(3));
    for (const stream of [ofA, ofB]) stream.finish();
    pair.settle();
    // Unread, but done on the wire: the name is free again, and its new bearer keeps it when the old one is read out.
    expect(codeOf(() => pair.a.open("one", 0))).toBe("none");
    readAll(ofA);
    expect(codeOf(() => pair.a.open("one", 0))).toBe("MUX_DUPLICATE_NAME");
    pair.settle();
    expect(pair.b.end).toBeUndefined();
  });

  test("before the transport is established, and after the session ended", () => {
    const pair = new SessionPair();
    pair.pipe.initiator.isEstablished = false;
    expect(codeOf(() => pair.a.open("x", 0))).toBe("MUX_UNAUTHENTICATED");
    pair.pipe.initiator.isEstablished = true;
    pair.a.close(0, "done", 0);
    expect(codeOf(() => pair.a.open("x", 0))).toBe("MUX_SESSION_ENDED");
  });

  test("ids end at the last: limit - 1, limit, limit + 1", () => {
    const pair = new SessionPair({ limits: { lastStreamId: 3 } });
    expect(codeOf(() => pair.a.open("1", 0))).toBe("none");
    expect(codeOf(() => pair.a.open("3", 0))).toBe("none");
    expect(codeOf(() => pair.a.open("5", 0))).toBe("MUX_STREAM_IDS_EXHAUSTED");
  });
});

describe("keepalive", () => {
  // Requirement: M-29
  test("over udp-sec the mux asks once the transport has asked for a while", () => {
    const transport = Object.assign(new StreamEnd("initiator", 1024), { transport: "udp-sec" as const });
    const session = new MuxSession({ transport, nowMs: 0 });
    expect(session.nextDeadlineMs()).toBe(9_000);
  });

  // Requirement: M-29
  test("over tcp a silent peer is pinged after 6 s and given up after 12", () => {
    const pair = new SessionPair();
    pair.settle();
    const seen: number[] = [];
    for (let deadlineMs = pair.a.nextDeadlineMs(); deadlineMs !== undefined; deadlineMs = pair.a.nextDeadlineMs()) {
      seen.push(deadlineMs);
      pair.a.pump(deadlineMs);
    }
    expect(seen).toEqual([6_000, 7_000, 8_000, 9_000, 10_000, 11_000, 12_000]);
    expect(pair.a.stats().counters.pingsSent).toBe(6);
    expect(pair.a.takeEvents()).toMatchObject([
      {
        type: "session-ended",
        cause: "keepalive",
        end: { name: "APPLICATION", reason: KEEPALIVE_REASON, by: "local" },
      },
    ]);
  });

  test("bytes that were read count as receipt", () => {
    const lone = new LoneSession();
    lone.nowMs = 2_000;
    lone.receive({ type: "pong", token: new Uint8Array(8) });
    expect(lone.session.nextDeadlineMs()).toBe(8_000);
  });

  test("a transport acknowledgement counts as receipt", () => {
    const pair = new SessionPair();
    pair.pipe.initiator.lastReceiptMs = 2_500;
    expect(pair.a.nextDeadlineMs()).toBe(9_000);
    pair.a.pump(8_000);
    expect(pair.a.stats().counters.pingsSent).toBe(0);
  });

  test("PING is answered, and the answer keeps the session", () => {
    const pair = new SessionPair();
    for (pair.nowMs = 0; pair.nowMs < 60_000; pair.nowMs += 1_000) pair.settle();
    expect([pair.a.end, pair.b.end]).toEqual([undefined, undefined]);
    expect(pair.a.stats().counters.pingsSent + pair.b.stats().counters.pingsSent).toBeGreaterThan(8);
  });
});
