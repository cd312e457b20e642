import { describe, expect, test } from "vitest";
import { encodeFrame } from "./frame.ts";
import { acceptedStream, LoneSession, pattern, readAll, SessionPair } from "./session-pair.fixture.ts";

describe("the end of a session", () => {
  // Requirement: M-32
  test("finish: queued bytes go first, then the transport is finished, and both end", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    ofA.write(pattern(50_000));
    ofA.finish();
    pair.a.finish(pair.nowMs);
    expect(() => pair.a.open("late", 0)).toThrow();
    pair.settle(1_000);
    expect(pair.eventsOfB.at(-1)).toMatchObject({ type: "session-ended", cause: "peer-finished" });
    expect(pair.eventsOfA.at(-1)).toMatchObject({ type: "session-ended", cause: "peer-finished" });
    expect(readAll(ofB)).toEqual(pattern(50_000));
    expect(ofB.isReadFinished).toBe(true);
  });

  // Requirement: M-32
  test("who hears of the peer's end in the middle of a frame of its own completes the frame, then finishes", () => {
    const pair = new SessionPair({ transportSendBufferBytes: 1_000 });
    const { ofA } = pair.open();
    ofA.write(pattern(50_000));
    pair.a.pump(0);
    // Room for less than a header: a frame is begun and its tail stays behind.
    pair.pipe.move(pair.pipe.initiator, 5, 0);
    pair.a.pump(0);
    expect(pair.a.stats().partialFrameBytes).toBeGreaterThan(0);
    pair.b.finish(0);
    pair.settle();
    expect(pair.a.end?.cause).toBe("peer-finished");
    expect(pair.b.end).toMatchObject({ cause: "peer-finished", label: undefined });
  });

  test.each(["rejected", "closed"] as const)("%s: nothing stays unread below, where it would hold memory", (cause) => {
    const lone = new LoneSession();
    const bad = new Uint8Array(12).fill(0xff);
    if (cause === "closed") {
      lone.end.inbox.append(bad);
      lone.session.close(0, "", 0);
    } else {
      // More than is read at once.
      lone.receive(bad, pattern(200_000));
    }
    expect(lone.session.end?.cause).toBe(cause);
    expect(lone.end.inbox.length).toBe(0);
  });

  test("finish waits for data that waits for credit", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    ofA.write(pattern(65_536));
    pair.settle();
    ofA.write(pattern(10));
    pair.a.finish(pair.nowMs);
    pair.settle();
    expect(pair.pipe.initiator.isFinished).toBe(false);
    readAll(ofB);
    pair.settle();
    expect(pair.pipe.initiator.isFinished).toBe(true);
  });

  // Requirement: M-47
  test("unread bytes stay readable after the transport ended, an unfinished stream never reads as finished", () => {
    const pair = new SessionPair();
    const { ofA, ofB } = pair.open();
    ofA.write(pattern(100));
    pair.settle();
    ofA.write(pattern(50, 1));
    pair.a.pump(0);
    pair.a.close(0, "bye", 0);
    pair.settle();
    expect(pair.b.end).toMatchObject({
      cause: "transport-ended",
      end: { name: "NO_ERROR", reason: "bye", by: "peer" },
    });
    expect(readAll(ofB)).toEqual(Uint8Array.from([...pattern(100), ...pattern(50, 1)]));
    expect([ofB.isReadFinished, ofB.state, ofB.write(pattern(1))]).toEqual([false, "Reset", 0]);
    expect(pair.b.stats()).toMatchObject({ heldBytes: 0, namesInUse: 0, pendingControlFrames: 0, tunedCreditBytes: 0 });
  });

  test("stream calls after the end do nothing", () => {
    const pair = new SessionPair();
    const { ofA } = pair.open();
    pair.a.close(6, "", 0);
    pair.a.close(0, "again", 0);
    expect(pair.a.end).toMatchObject({ cause: "closed", end: { code: 6 } });
    ofA.finish();
    ofA.reset(0);
    expect([ofA.write(pattern(1)), ofA.read(1), pair.a.nextDeadlineMs()]).toEqual([0, undefined, undefined]);
    pair.a.pump(1);
    expect(pair.a.takeEvents()).toHaveLength(1);
    expect(pair.a.takeEvents()).toHaveLength(0);
  });

  // Requirements: M-31, RX-139
  test("a transport that ends inside a frame is malformed", () => {
    const lone = new LoneSession();
    lone.end.isPeerFinished = true;
    lone.receive(encodeFrame({ type: "ping", token: new Uint8Array(8) }).subarray(0, 13));
    expect(lone.session.end).toMatchObject({ cause: "rejected", label: "mux.reject.malformed_frame" });
  });

  // Requirement: M-30
  test("frames that came before the end are acted on, then the session ends", () => {
    const lone = new LoneSession();
    lone.end.endWith({ name: "NO_ERROR", code: 0, reason: "", by: "peer" });
    lone.receive(
      { type: "open", streamId: 1, priority: 0, creditBytes: 0, name: "x" },
      {
        type: "data",
        streamId: 1,
        bytes: pattern(7),
      },
    );
    const events = lone.session.takeEvents();
    expect(events.map((event) => event.type)).toEqual(["stream-accepted", "readable", "session-ended"]);
    expect(readAll(acceptedStream(events))).toEqual(pattern(7));
    expect(lone.end.unsent.length).toBe(0);
  });

  // Requirement: RX-140
  test("bytes before authentication end the session", () => {
    const lone = new LoneSession();
    lone.end.isEstablished = false;
    lone.session.pump(0);
    expect(lone.session.nextDeadlineMs()).toBeUndefined();
    lone.receive({ type: "ping", token: new Uint8Array(8) });
    expect(lone.session.end?.label).toBe("mux.reject.unauthenticated_session");
  });
});
