import { describe, expect, test } from "vitest";
import { CloseCode } from "../connection-end.ts";
import { EndpointBudget } from "../endpoint-budget.ts";
import { ConnectionPair, pattern } from "./connection-pair.fixture.ts";

const ready = (): ConnectionPair => {
  const pair = new ConnectionPair().settle();
  pair.a.takeEvents();
  pair.b.takeEvents();
  return pair;
};

describe("both FINs", () => {
  // Requirement: T-14
  test("the initiator ends its TCP side, the responder its own after reading that end", () => {
    const pair = ready();
    pair.a.finish(0);
    pair.b.finish(0);
    pair.move(pair.a, pair.b);
    pair.move(pair.b, pair.a);
    expect([pair.a.outputFinished, pair.b.outputFinished]).toEqual([true, false]);
    expect([pair.a.end, pair.b.end]).toEqual([
      { name: "NO_ERROR", code: undefined, reason: "", by: "local" },
      undefined,
    ]);
    pair.b.receiveEnd(0);
    expect([pair.b.outputFinished, pair.b.end?.name]).toEqual([true, "NO_ERROR"]);
  });

  // Requirements: T-14, T-15
  test("the responder waits 5 s for that end, then both sides 5 s for TCP", () => {
    const pair = ready();
    pair.a.finish(0);
    pair.b.finish(0);
    pair.move(pair.a, pair.b);
    pair.move(pair.b, pair.a);
    expect(pair.b.nextDeadlineMs()).toBe(5_000);
    pair.b.poll(4_999);
    expect(pair.b.end).toBeUndefined();
    pair.b.poll(5_000);
    expect([pair.b.end?.name, pair.b.isDead, pair.b.nextDeadlineMs()]).toEqual(["NO_ERROR", false, 10_000]);
    pair.b.poll(10_000);
    expect(pair.b.isDead).toBe(true);
  });

  test("one direction ends alone, FIN behind its data", () => {
    const pair = ready();
    pair.a.write(pattern(30), 0);
    pair.a.finish(0);
    pair.settle();
    expect([pair.a.write(pattern(1), 0), pair.b.isReadFinished, pair.b.read(99, 0)]).toEqual([0, false, pattern(30)]);
    expect([pair.b.isReadFinished, pair.a.isEstablished, pair.b.write(pattern(7), 0)]).toEqual([true, true, 7]);
    pair.settle();
    expect(pair.a.read(99, 0)).toEqual(pattern(7));
  });
});

describe("CLOSE", () => {
  // Requirements: T-15, RX-98
  test("comes before what is queued, ends both, unread bytes stay readable", () => {
    const pair = ready();
    pair.a.write(pattern(10), 0);
    pair.step();
    pair.a.write(pattern(500), 0);
    pair.a.close(CloseCode.APPLICATION, "mux.reject.malformed_frame", 0);
    pair.a.close(CloseCode.NO_ERROR, "second", 0);
    pair.settle();
    const end = { name: "APPLICATION", code: 6, reason: "mux.reject.malformed_frame" };
    expect([pair.a.end, pair.b.end]).toEqual([
      { ...end, by: "local" },
      { ...end, by: "peer" },
    ]);
    expect([pair.a.outputFinished, pair.b.outputFinished]).toEqual([true, true]);
    expect([pair.b.read(99, 0), pair.b.isReadFinished]).toEqual([pattern(10), false]);
    expect(pair.b.takeEvents()).toEqual([{ type: "readable" }, { type: "closed", end: { ...end, by: "peer" } }]);
    expect([pair.a.stats().heldBytes, pair.b.stats().heldBytes]).toEqual([0, 0]);
  });

  // Requirement: T-15
  test("completes the record that TCP has the beginning of", () => {
    const pair = ready();
    pair.a.write(pattern(5_000), 0);
    const cut = pair.a.takeOutput(5, 0);
    pair.a.close(CloseCode.NO_ERROR, "", 0);
    pair.b.receiveBytes(cut!, 0);
    pair.settle(7);
    expect(pair.b.end).toMatchObject({ name: "NO_ERROR", code: 0, by: "peer" });
    expect(pair.b.readableBytes).toBeLessThan(5_000);
  });

  test("clears what the other side still had to send, and gives its memory back", () => {
    const budget = new EndpointBudget();
    const pair = new ConnectionPair({ options: { budget } }).settle();
    pair.a.write(pattern(300_000), 0);
    const cut = pair.a.takeOutput(5_000, 0);
    expect(cut?.length).toBe(5_000);
    pair.b.close(CloseCode.APPLICATION, "enough", 0);
    pair.move(pair.b, pair.a);
    expect(pair.a.end).toMatchObject({ name: "APPLICATION", by: "peer" });
    expect(pair.a.stats()).toMatchObject({ sendBufferedBytes: 0, heldBytes: 0 });
    expect([pair.a.takeOutput(65_536, 0), pair.a.outputFinished]).toEqual([undefined, true]);
    expect(budget.sendHeldBytes).toBe(0);
  });

  // Requirements: B-11, T-15
  test("unknown codes are UNKNOWN, and the wait for TCP's end is 5 s", () => {
    const pair = ready();
    pair.a.close(999, "", 100);
    pair.settle();
    expect(pair.b.end).toMatchObject({ name: "UNKNOWN", code: 999 });
    expect(pair.a.nextDeadlineMs()).toBe(5_100);
    pair.a.poll(5_099);
    expect(pair.a.isDead).toBe(false);
    pair.a.poll(5_100);
    expect(pair.a.isDead).toBe(true);
  });

  test("right after message 3: ACCEPT and CLOSE arrive in order", () => {
    const pair = new ConnectionPair();
    pair.move(pair.a, pair.b);
    pair.move(pair.b, pair.a);
    pair.move(pair.a, pair.b);
    pair.b.close(CloseCode.BUSY, "full", 0);
    pair.settle();
    expect(pair.a.end).toMatchObject({ name: "BUSY", code: 7, by: "peer" });
  });
});

describe("what TCP does to it", () => {
  // Requirements: T-13, RX-102
  test("an end without FIN or CLOSE is TRUNCATED, unread bytes stay readable", () => {
    const pair = ready();
    pair.a.write(pattern(40), 0);
    pair.settle();
    pair.b.receiveEnd(0);
    expect(pair.b.end).toEqual({ name: "TRUNCATED", code: undefined, reason: "", by: "peer" });
    expect([pair.b.isDead, pair.b.read(99, 0), pair.b.isReadFinished]).toEqual([true, pattern(40), false]);
  });

  // Requirements: T-13, RX-102
  test("an end inside a record is TRUNCATED", () => {
    const pair = ready();
    pair.a.write(pattern(40), 0);
    pair.b.receiveBytes(pair.a.takeOutput(999, 0)!.subarray(0, 30), 0);
    pair.b.receiveEnd(0);
    expect([pair.b.end?.name, pair.b.readableBytes, pair.b.stats().heldBytes]).toEqual(["TRUNCATED", 0, 0]);
  });

  // Requirements: T-10, RX-95
  test("every flipped bit of a record ends the connection", () => {
    for (const bit of [16, 100, 8 * 58]) {
      const pair = ready();
      pair.a.write(pattern(40), 0);
      const bytes = pair.a.takeOutput(999, 0)!;
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      pair.b.receiveBytes(bytes, 0);
      expect(pair.b.end).toMatchObject({ name: "PROTOCOL", by: "local" });
      expect(pair.b.readableBytes).toBe(0);
      pair.settle();
      expect(pair.a.end).toMatchObject({ name: "PROTOCOL", by: "peer" });
    }
  });

  // Requirements: T-3, RX-95
  test("a record twice does not open", () => {
    const pair = ready();
    pair.a.write(pattern(40), 0);
    const bytes = pair.a.takeOutput(999, 0)!;
    pair.b.receiveBytes(bytes, 0);
    pair.b.receiveBytes(bytes, 0);
    expect([pair.b.end?.name, pair.b.readableBytes]).toEqual(["PROTOCOL", 40]);
  });

  // Requirements: T-7, T-10, RX-94
  test.each([
    [0, "PROTOCOL"],
    [16, "PROTOCOL"],
    [17, undefined],
    [65_535, undefined],
  ])("a record of %i bytes is judged by its length alone: %s", (length, expected) => {
    const pair = ready();
    pair.b.receiveBytes(Uint8Array.of(length & 0xff, length >> 8), 0);
    expect(pair.b.end?.name).toBe(expected);
  });

  test("after the end bytes are dropped, but TCP's end is still waited for", () => {
    const pair = ready();
    pair.b.close(0, "", 0);
    expect(pair.b.wantsToRead).toBe(true);
    pair.b.receiveBytes(pattern(1_000), 0);
    expect(pair.b.stats().undecodedBytes).toBe(0);
    pair.b.receiveEnd(0);
    expect(pair.b.wantsToRead).toBe(false);
  });
});
