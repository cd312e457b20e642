import { describe, expect, it } from "vitest";
import { ConnectionPair, PatternTransfer, setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

const bytes = (length: number) => new Uint8Array(length).fill(7);

describe("CLOSE", () => {
  // Requirements: L-3, L-4
  it("leaves three times, a probe timeout apart, then lingers one more", () => {
    const pair = new ConnectionPair({ handshakeRttMs: 30, drop: () => true });
    pair.keepSent = true;
    const timeoutMs = pair.initiator.stats().probeTimeoutMs;
    pair.initiator.close(6, "enough", 0);
    expect(pair.initiator.isEstablished).toBe(false);
    const left: number[] = [];
    for (const atMs of [0, timeoutMs - 1, timeoutMs, 2 * timeoutMs, 3 * timeoutMs - 1]) {
      pair.nowMs = atMs;
      pair.flush();
      left.push(pair.sent.initiator.length);
      expect(pair.initiator.isDrained).toBe(false);
    }
    expect(left).toEqual([1, 1, 2, 3, 3]);
    pair.nowMs = 3 * timeoutMs;
    pair.flush();
    expect([pair.initiator.isDrained, pair.initiator.nextDeadlineMs()]).toEqual([true, undefined]);
  });

  // Requirements: L-3, L-5, RX-58, RX-59
  it("answers what still arrives with CLOSE, once per probe timeout; over at once when the peer closed too", () => {
    const peer = new ForgedPeer();
    const connection = new Connection(setupFor("initiator", { handshakeRttMs: 30 }));
    connection.close(6, "enough", 0);
    expect(connection.poll(0)).toBeDefined();
    expect(connection.receive(peer.ping(), 1)).toBe("closed");
    expect(connection.receive(peer.ping(), 2)).toBe("closed");
    const answer = connection.poll(2);
    expect(answer && peer.read(answer).content).toEqual({ type: "close", code: 6, reason: "enough" });
    connection.receive(peer.ping(), 3);
    expect(connection.poll(3)).toBeUndefined();
    const repeated = peer.ping();
    connection.receive(repeated, 4);
    expect(connection.receive(repeated, 4)).toBe("duplicate");
    expect(connection.receive(repeated.subarray(1), 4)).toBe("bad-version");
    expect(connection.receive(peer.close(0, ""), 5)).toBeUndefined();
    expect([connection.poll(5), connection.isDrained, connection.nextDeadlineMs()]).toEqual([
      undefined,
      true,
      undefined,
    ]);
    expect(connection.receive(peer.ping(), 6)).toBe("closed");
    expect(connection.end).toMatchObject({ name: "APPLICATION", by: "local" });
  });

  // Requirements: L-6, RX-53, RX-83, L-14
  it("ends the peer, which answers with one CLOSE, falls silent, and tells code and reason", () => {
    const pair = new ConnectionPair();
    pair.keepSent = true;
    pair.responder.write(bytes(100), 0);
    pair.advance(100);
    const sentBefore = pair.sent.responder.length;
    pair.initiator.close(6, "mux.reject.malformed_frame", pair.nowMs);
    pair.advance(50);
    expect([pair.initiator.isDrained, pair.responder.isDrained]).toEqual([true, false]);
    pair.advance(5_000);
    expect(pair.responder.end).toEqual({
      name: "APPLICATION",
      code: 6,
      reason: "mux.reject.malformed_frame",
      by: "peer",
    });
    expect(pair.events.responder.at(-1)).toEqual({ type: "closed", end: pair.responder.end });
    expect(pair.sent.responder.length).toBe(sentBefore + 1);
    expect([pair.initiator.isDrained, pair.responder.isDrained]).toEqual([true, true]);
  });

  // Requirement: L-13
  it("counts once: the first call holds, and codes we don't know are UNKNOWN", () => {
    const connection = new Connection(setupFor("initiator"));
    connection.close(999, "x", 0);
    connection.close(0, "y", 0);
    expect(connection.end).toEqual({ name: "UNKNOWN", code: 999, reason: "x", by: "local" });
    expect(connection.write(bytes(1), 0)).toBe(0);
    expect([connection.writableBytes, connection.unsentBytes]).toEqual([0, 0]);
    connection.finish(0);
    connection.sendPing(0);
    expect(connection.takeEvents()).toEqual([{ type: "closed", end: connection.end }]);
    expect(connection.takeEvents()).toEqual([]);
  });
});

describe("memory", () => {
  // Requirements: L-11, L-12
  it("goes at the end, but for unread bytes until they are read; keys are wiped", () => {
    const budget = new EndpointBudget();
    const setup = setupFor("responder", { budget });
    const pair = new ConnectionPair({ budget });
    pair.initiator.write(bytes(500), 0);
    pair.responder.write(bytes(9_000), 0);
    pair.advance(200);
    expect(pair.responder.readableBytes).toBe(500);
    pair.responder.endLocally("REPLACED", pair.nowMs);
    pair.initiator.endLocally("REPLACED", pair.nowMs);
    expect(pair.responder.stats().held).toMatchObject({ sendBufferBytes: 0, unreadBytes: 500, sentRecords: 0 });
    expect([budget.sendHeldBytes, budget.receiveReservedBytes]).toEqual([0, 9_500]);
    expect(pair.responder.read(1_000, pair.nowMs)?.length).toBe(500);
    expect(pair.initiator.read(10_000, pair.nowMs)?.length).toBe(9_000);
    expect(budget.receiveReservedBytes).toBe(0);
    const connection = new Connection(setup);
    connection.endLocally("REPLACED", 0);
    expect([...setup.sendKey, ...setup.receiveKey].every((byte) => byte === 0)).toBe(true);
    expect(connection.end).toEqual({ name: "REPLACED", code: undefined, reason: "", by: "local" });
    expect(connection.isDrained).toBe(true);
  });

  it("forgets a lingering connection when it is replaced", () => {
    const connection = new Connection(setupFor("initiator"));
    connection.close(0, "", 0);
    connection.endLocally("REPLACED", 1);
    expect([connection.isDrained, connection.end?.name]).toEqual([true, "NO_ERROR"]);
    connection.endLocally("REPLACED", 2);
    expect(connection.poll(2)).toBeUndefined();
  });
});

describe("time without receipt", () => {
  // Requirement: L-8
  it("keeps an idle connection alive by PINGs", () => {
    const pair = new ConnectionPair({ handshakeRttMs: 30 });
    pair.advance(120_000);
    expect([pair.initiator.isEstablished, pair.responder.isEstablished]).toEqual([true, true]);
    expect(pair.initiator.stats().counters.packetsSent).toBeLessThan(100);
  });

  // Requirement: L-8
  it("pings after half of the idle timeout, the initiator a thirtieth later, and ends after all of it", () => {
    const pair = new ConnectionPair({ drop: () => true, handshakeRttMs: 30, parameters: { idleTimeoutMs: 3_000 } });
    pair.keepSent = true;
    const sent = (): number[] => [pair.sent.responder.length, pair.sent.initiator.length];
    pair.advance(1_499);
    expect(sent()).toEqual([0, 0]);
    pair.advance(1);
    expect(sent()).toEqual([1, 0]);
    pair.advance(99);
    expect(pair.sent.initiator.length).toBe(0);
    pair.advance(1);
    expect(pair.sent.initiator.length).toBe(1);
    pair.advance(1_399);
    expect(pair.initiator.isEstablished).toBe(true);
    pair.advance(1);
    expect(pair.initiator.end).toEqual({ name: "IDLE", code: undefined, reason: "", by: "local" });
  });

  // Requirement: L-17
  it("only the responder asks while it is answered", () => {
    const pair = new ConnectionPair({ handshakeRttMs: 30 });
    pair.advance(60_000);
    expect(pair.initiator.stats().counters.pingsSent).toBe(0);
    expect(pair.responder.stats().counters.pingsSent).toBe(7);
  });

  // Requirement: L-17
  it("goes on asking until something comes, a probe timeout apart, and no less often in the end", () => {
    const pair = new ConnectionPair({ drop: () => true, handshakeRttMs: 40, parameters: { idleTimeoutMs: 3_000 } });
    pair.keepSent = true;
    // 40 ms, four variations of 20 ms, and the peer's 25 ms: 145 ms. The last of these comes just before the end.
    const counts = [1_500, 144, 1, 144, 1, 1_160].map((durationMs) => {
      pair.advance(durationMs);
      return pair.sent.responder.length;
    });
    expect(counts).toEqual([1, 1, 2, 2, 3, 11]);
  });

  // Requirement: R-24
  it("repeats its PING after a probe timeout, twice as long each time, as recovery repeats any packet", () => {
    const pair = new ConnectionPair({ drop: () => true, handshakeRttMs: 40 });
    pair.keepSent = true;
    pair.responder.sendPing(0);
    const counts = [0, 144, 1, 289, 1].map((durationMs) => {
      pair.advance(durationMs);
      return pair.sent.responder.length;
    });
    expect(counts).toEqual([1, 1, 2, 2, 3]);
  });

  // Requirement: L-8
  it("counts as a clean end when both directions had finished", () => {
    let isClosing = false;
    const drop = (from: string) => from === "initiator" && isClosing;
    const pair = new ConnectionPair({ drop, parameters: { idleTimeoutMs: 3_000 } });
    pair.initiator.finish(0);
    pair.advance(200);
    isClosing = true;
    pair.responder.finish(pair.nowMs);
    pair.advance(20_000);
    expect(pair.initiator.end?.name).toBe("NO_ERROR");
    expect(pair.responder.end).toEqual({ name: "NO_ERROR", code: undefined, reason: "", by: "local" });
  });

  // Requirement: L-10
  it("ends with PATH when small packets pass and stream bytes don't", () => {
    const drop = (_from: string, datagram: Uint8Array) => datagram.length > 1_000;
    const pair = new ConnectionPair({ drop, parameters: { idleTimeoutMs: 3_000 }, handshakeRttMs: 30 });
    pair.responder.write(bytes(1), 0);
    pair.advance(500);
    pair.initiator.write(bytes(50_000), pair.nowMs);
    const beganMs = pair.nowMs;
    const talk = () => pair.responder.sendPing(pair.nowMs);
    for (let turn = 0; turn < 50 && pair.initiator.end === undefined; turn += 1) {
      talk();
      pair.advance(100);
    }
    expect(pair.initiator.end?.name).toBe("PATH");
    expect(pair.nowMs - beganMs).toBeGreaterThanOrEqual(3_000);
    expect(pair.nowMs - beganMs).toBeLessThan(3_300);
  });
});

describe("finishing", () => {
  // Requirement: F-13
  it("works with a half-closed direction: the other one goes on", () => {
    const pair = new ConnectionPair();
    pair.initiator.write(bytes(10), 0);
    pair.initiator.finish(0);
    pair.advance(200);
    pair.responder.read(100, pair.nowMs);
    expect([pair.responder.isReadFinished, pair.responder.isEstablished]).toEqual([true, true]);
    pair.responder.write(bytes(3_000), pair.nowMs);
    pair.advance(200);
    expect(pair.initiator.readableBytes).toBe(3_000);
    pair.responder.finish(pair.nowMs);
    pair.advance(2_000);
    expect([pair.initiator.end?.name, pair.responder.end?.name]).toEqual(["NO_ERROR", "NO_ERROR"]);
    expect(pair.initiator.read(5_000, pair.nowMs)?.length).toBe(3_000);
    expect(pair.initiator.isReadFinished).toBe(true);
  });

  // Requirement: L-11
  it("is an error to the reader if the end comes before the peer's FIN", () => {
    const pair = new ConnectionPair();
    pair.initiator.write(bytes(10), 0);
    pair.advance(100);
    pair.initiator.close(0, "", pair.nowMs);
    pair.advance(100);
    pair.responder.read(100, pair.nowMs);
    expect([pair.responder.end?.name, pair.responder.isReadFinished]).toEqual(["NO_ERROR", false]);
  });
});

describe("a reader that stops", () => {
  it("stops the writer at window and send buffer, and nothing is lost when it goes on", () => {
    const pair = new ConnectionPair({ handshakeRttMs: 30 });
    const there = new PatternTransfer(pair.initiator, pair.responder, 4 * 1024 * 1024);
    let isReading = false;
    pair.application = () => {
      if (isReading) there.step(pair.nowMs);
      else there.write(pair.nowMs);
    };
    pair.advance(3_000);
    const { writtenBytes, peerDeliveredBytes, held } = pair.initiator.stats();
    expect([writtenBytes, peerDeliveredBytes]).toEqual([(2048 + 256) * 1024, 256 * 1024]);
    expect(held.sendBufferBytes).toBeLessThanOrEqual((2048 + 2 * 64) * 1024);
    isReading = true;
    pair.run(() => there.isDone);
    expect(there.received).toBe(4 * 1024 * 1024);
  });

  // Requirements: F-7, R-23
  it("is asked by PINGs, at growing intervals up to 5 s, and heard at once when it reads", () => {
    const pair = new ConnectionPair({ handshakeRttMs: 30, parameters: { windowBytes: 16_384 } });
    expect(pair.initiator.write(bytes(2_200_000), 0)).toBe(2 * 1024 * 1024);
    pair.advance(60_000);
    const stats = pair.initiator.stats();
    expect([stats.isBlockedByCredit, stats.highestSentOffset]).toEqual([true, 16_384]);
    expect(stats.counters.pingsSent).toBeGreaterThan(10);
    expect(stats.counters.pingsSent).toBeLessThan(30);
    expect(pair.responder.stats().held.unreadBytes).toBe(16_384);
    pair.application = () => {
      while (pair.responder.read(65_536, pair.nowMs) !== undefined);
    };
    pair.run(() => pair.initiator.stats().peerDeliveredBytes === 2 * 1024 * 1024, pair.nowMs + 20_000);
    expect(pair.initiator.stats().peerDeliveredBytes).toBe(2 * 1024 * 1024);
    expect(pair.events.initiator).toContainEqual({ type: "writable" });
    expect(pair.responder.stats().receiveWindowBytes).toBeGreaterThan(16_384);
  });
});

describe("a writer", () => {
  it.each([
    [999, 0],
    [1_000, 1],
    [1_001, 1],
  ])("that offers %i bytes to a buffer of 1,000 is told %i times that there is room again", (length, times) => {
    const pair = new ConnectionPair({ handshakeRttMs: 30, limits: { sendBufferBytes: 1_000 } });
    pair.initiator.write(bytes(length), 0);
    pair.advance(1_000);
    expect(pair.events.initiator).toEqual(Array.from({ length: times }, () => ({ type: "writable" })));
  });
});

describe("trace", () => {
  it("tells the story in qlog's names", () => {
    const names = new Set<string>();
    let drops = 0;
    const trace = { event: (_timeMs: number, name: string) => void names.add(name) };
    const pair = new ConnectionPair({ trace, drop: () => (drops += 1) % 7 === 0, handshakeRttMs: 30, duplicate: 0.2 });
    const there = new PatternTransfer(pair.initiator, pair.responder, 100_000);
    pair.application = () => {
      there.step(pair.nowMs);
    };
    pair.run(() => there.isDone);
    pair.initiator.close(0, "", pair.nowMs);
    pair.advance(1_000);
    expect([...names].sort()).toEqual([
      "connectivity:connection_state_updated",
      "recovery:loss_timer_updated",
      "recovery:metrics_updated",
      "recovery:packet_lost",
      "transport:packet_dropped",
      "transport:packet_received",
      "transport:packet_sent",
    ]);
  });
});
