/** A long life leaves nothing behind (checked by the sizes of all structures, which hold all that a session can hold). */
import { expect, test } from "vitest";
import { encodeFrame } from "./frame.ts";
import { acceptedStream, LoneSession, SessionPair } from "./session-pair.fixture.ts";

const EMPTY = {
  streams: { Open: 0, HalfClosedLocal: 0, HalfClosedRemote: 0, Closed: 0, Reset: 0 },
  receiveBufferedBytes: 0,
  sendBufferedBytes: 0,
  partialFrameBytes: 0,
  heldBytes: 0,
  outstandingCreditBytes: 0,
  tunedCreditBytes: 0,
  pendingControlFrames: 0,
  pendingEvents: 0,
  namesInUse: 0,
};

test("100,000 streams opened, used and closed or reset", () => {
  const pair = new SessionPair();
  for (let cycle = 0; cycle < 2_000; cycle += 1) {
    pair.nowMs += 500;
    const streams = Array.from({ length: 50 }, (_, index) => pair.a.open(`stream-${index}`, index % 8));
    for (const stream of streams) stream.write(Uint8Array.of(1));
    pair.settle();
    for (const event of pair.eventsOfB.splice(0)) {
      if (event.type !== "stream-accepted") continue;
      event.stream.read(1);
      if (event.stream.id % 3 === 0) event.stream.reset(0);
      else event.stream.finish();
    }
    for (const stream of streams) if (stream.id % 5 === 0) stream.reset(0);
    for (const stream of streams) stream.finish();
    pair.settle();
    pair.eventsOfA.length = 0;
    pair.eventsOfB.length = 0;
  }
  expect(pair.a.stats()).toMatchObject(EMPTY);
  expect(pair.b.stats()).toMatchObject(EMPTY);
  expect(pair.a.open("last", 0).id).toBe(200_001);
});

test("a million PINGs, nobody taking the answers", () => {
  const lone = new LoneSession();
  const thousand = new Uint8Array(20 * 1_000);
  for (let index = 0; index < 1_000; index += 1) {
    thousand.set(encodeFrame({ type: "ping", token: new Uint8Array(8).fill(index) }), 20 * index);
  }
  lone.end.unsent.append(new Uint8Array(65_536));
  for (let round = 0; round < 1_000; round += 1) lone.receive(thousand);
  expect(lone.session.stats()).toMatchObject({ ...EMPTY, pendingControlFrames: 1 });
  expect(lone.session.stats().counters.pingsReceived).toBe(1_000_000);
});

test("credit for 60,000 reads waits as one WINDOW_UPDATE", () => {
  const lone = new LoneSession();
  lone.receive({ type: "open", streamId: 1, priority: 0, creditBytes: 0, name: "x" });
  const stream = acceptedStream(lone.session.takeEvents());
  lone.sent();
  lone.end.unsent.append(new Uint8Array(65_536));
  for (let round = 0; round < 60_000; round += 1) {
    lone.receive({ type: "data", streamId: 1, bytes: Uint8Array.of(1) });
    stream.read(1);
  }
  expect(lone.session.stats()).toMatchObject({ pendingControlFrames: 1, heldBytes: 0 });
});
