import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteWriter } from "../../bytes/writer.ts";
import { patternBytes } from "../connection/connection-pair.fixture.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import type { StreamSegment } from "./send-stream.ts";
import { SendStream } from "./send-stream.ts";

function stream(limitBytes = 1_000, creditBytes = 1_000, budget = new EndpointBudget()): SendStream {
  return new SendStream(limitBytes, budget, creditBytes);
}

function send(sender: SendStream, maxBytes: number): StreamSegment | undefined {
  const segment = sender.next(maxBytes);
  if (segment !== undefined) sender.onSent(segment);
  return segment;
}

describe("SendStream", () => {
  // Requirements: F-15, B-4
  it.each([
    [999, 999],
    [1_000, 1_000],
    [1_001, 1_000],
  ])("of %i bytes takes %i into a buffer of 1,000", (length, taken) => {
    const sender = stream();
    expect(sender.write(new Uint8Array(length))).toBe(taken);
    expect(sender.writableBytes).toBe(1_000 - taken);
  });

  it.each([
    [599, 599],
    [600, 600],
    [601, 600],
  ])("of %i bytes takes %i out of an endpoint's budget of 600", (length, taken) => {
    const sender = stream(1_000, 1_000, new EndpointBudget(0, 600));
    expect(sender.write(new Uint8Array(length))).toBe(taken);
    expect(sender.writableBytes).toBe(600 - taken);
  });

  // Requirement: B-9
  it("takes nothing past the endpoint's budget, and gives back what was delivered or is left at the end", () => {
    const budget = new EndpointBudget(0, 600);
    const sender = stream(1_000, 1_000, budget);
    expect(sender.write(new Uint8Array(1_000))).toBe(600);
    expect(stream(1_000, 1_000, budget).write(new Uint8Array(1))).toBe(0);
    send(sender, 200);
    expect(sender.onDelivered(150)).toBe(true);
    expect(budget.sendHeldBytes).toBe(450);
    sender.release();
    expect(budget.sendHeldBytes).toBe(0);
  });

  // Requirement: F-4
  it.each([
    [99, 99, false],
    [100, 100, false],
    [101, 100, true],
  ])("of %i bytes sends %i with a credit of 100", (length, sent, isBlocked) => {
    const sender = stream(1_000, 100);
    sender.write(new Uint8Array(length));
    expect(send(sender, 1_000)?.length).toBe(sent);
    expect(sender.isBlockedByCredit).toBe(isBlocked);
    expect(sender.onCredit(99)).toBe(false);
    expect(sender.onCredit(101)).toBe(true);
    expect(sender.isBlockedByCredit).toBe(false);
  });

  // Requirements: F-9, F-12
  it("sends FIN with the last bytes, or alone, without credit, once", () => {
    const sender = stream(1_000, 10);
    sender.write(new Uint8Array(10));
    sender.finish();
    expect(send(sender, 6)).toEqual({ offset: 0, length: 6, isFin: false });
    expect(send(sender, 6)).toEqual({ offset: 6, length: 4, isFin: true });
    expect(send(sender, 6)).toBeUndefined();
    expect(sender.write(new Uint8Array(1))).toBe(0);
    const alone = stream(1_000, 0);
    alone.finish();
    expect(send(alone, 6)).toEqual({ offset: 0, length: 0, isFin: true });
    alone.onLost({ offset: 0, length: 0, isFin: true });
    expect(send(alone, 6)).toEqual({ offset: 0, length: 0, isFin: true });
    alone.onAcknowledged({ offset: 0, length: 0, isFin: true });
    alone.onLost({ offset: 0, length: 0, isFin: true });
    expect([alone.finState, send(alone, 6)]).toEqual(["acknowledged", undefined]);
  });

  // Requirement: F-12
  it("doesn't send FIN before what waits for credit", () => {
    const sender = stream(1_000, 5);
    sender.write(new Uint8Array(10));
    sender.finish();
    expect(send(sender, 100)).toEqual({ offset: 0, length: 5, isFin: false });
    expect(send(sender, 100)).toBeUndefined();
  });

  // Requirement: R-13
  it("cuts lost bytes anew and leaves out what arrived", () => {
    const sender = stream();
    sender.write(new Uint8Array(400));
    const segments = [send(sender, 100), send(sender, 100), send(sender, 100), send(sender, 100)] as StreamSegment[];
    sender.onAcknowledged(segments[2]!);
    for (const segment of [segments[0]!, segments[1]!]) sender.onLost(segment);
    sender.onLost({ offset: 150, length: 250, isFin: false });
    expect(sender.sendableBytes).toBe(300);
    expect(send(sender, 150)).toEqual({ offset: 0, length: 150, isFin: false });
    sender.onDelivered(180);
    expect(send(sender, 150)).toEqual({ offset: 180, length: 20, isFin: false });
    expect(send(sender, 150)).toEqual({ offset: 300, length: 100, isFin: false });
    expect(sender.retransmittedBytes).toBe(270);
  });

  it("repeats for a probe what the peer lacks, or FIN", () => {
    const sender = stream();
    sender.write(new Uint8Array(100));
    sender.finish();
    send(sender, 100);
    sender.onDelivered(20);
    sender.onAcknowledged({ offset: 20, length: 30, isFin: false });
    expect(sender.repeat(0, 100, true, 40)).toEqual({ offset: 50, length: 40, isFin: false });
    expect(sender.repeat(0, 40, false, 40)).toBeUndefined();
    expect(sender.repeat(0, 40, true, 40)).toEqual({ offset: 100, length: 0, isFin: true });
  });

  it("bounds what it remembers of a peer that acknowledges every second byte", () => {
    const sender = stream(100_000, 100_000);
    sender.write(new Uint8Array(40_000));
    send(sender, 40_000);
    for (let at = 1; at < 40_000; at += 4) sender.onAcknowledged({ offset: at, length: 1, isFin: false });
    for (let at = 3; at < 40_000; at += 4) sender.onLost({ offset: at, length: 1, isFin: false });
    expect(sender.heldRanges).toBeLessThanOrEqual(1_024 + 4_096);
    for (let at = 3; at < 40_000; at += 4) {
      const resent = sender.next(1);
      if (resent === undefined) break;
      sender.onSent(resent);
    }
    expect(sender.highestSent).toBe(40_000);
  });

  // Requirement: L-2
  it("acknowledges FIN by a clean close of a peer that has everything, not otherwise", () => {
    const sender = stream();
    sender.write(new Uint8Array(10));
    sender.finish();
    send(sender, 100);
    sender.onCleanClose();
    expect(sender.finState).toBe("sent");
    sender.onDelivered(10);
    sender.onCleanClose();
    expect(sender.finState).toBe("acknowledged");
  });

  it("tells what waits, what is on the way and what credit lets leave", () => {
    const sender = stream(1_000, 300);
    expect([sender.unsentBytes, sender.sendableBytes, sender.hasUnacknowledged]).toEqual([0, 0, false]);
    sender.write(new Uint8Array(500));
    expect([sender.unsentBytes, sender.sendableBytes, sender.creditEnd]).toEqual([500, 300, 300]);
    send(sender, 300);
    expect([sender.unsentBytes, sender.sendableBytes, sender.hasUnacknowledged]).toEqual([200, 0, true]);
    sender.onAcknowledged({ offset: 200, length: 100, isFin: false });
    sender.onLost({ offset: 50, length: 50, isFin: false });
    expect([sender.sendableBytes, sender.heldRanges, sender.isBlockedByCredit]).toEqual([50, 2, true]);
    expect(sender.onCredit(300)).toBe(false);
    expect(sender.onCredit(400)).toBe(true);
    expect([sender.creditEnd, sender.sendableBytes]).toEqual([400, 150]);
    sender.onDelivered(300);
    expect([sender.hasUnacknowledged, sender.heldRanges]).toEqual([false, 0]);
  });

  it("doesn't let an old word about less credit, or about bytes that were freed, change anything", () => {
    const sender = stream();
    sender.write(new Uint8Array(100));
    send(sender, 100);
    expect([sender.onDelivered(60), sender.onDelivered(60), sender.onDelivered(10)]).toEqual([true, false, false]);
    expect(sender.delivered).toBe(60);
    sender.onLost({ offset: 0, length: 60, isFin: false });
    expect(sender.next(100)).toBeUndefined();
  });

  it("is finished once everything was delivered and the writer is done, not by an empty buffer alone", () => {
    const sender = stream();
    expect(sender.isFinished).toBe(false);
    sender.write(new Uint8Array(1));
    sender.finish();
    expect(sender.isFinished).toBe(false);
    send(sender, 1);
    sender.finish();
    expect([sender.finState, send(sender, 1)]).toEqual(["sent", undefined]);
    sender.onDelivered(1);
    expect(sender.isFinished).toBe(true);
  });

  it("a clean close acknowledges a FIN that has left, no other", () => {
    const sender = stream();
    sender.onCleanClose();
    sender.finish();
    sender.onCleanClose();
    expect(sender.finState).toBe("pending");
  });

  it("a lost FIN leaves again by itself; one that the peer has doesn't, nor does a probe repeat it", () => {
    const sender = stream();
    sender.write(new Uint8Array(5));
    sender.finish();
    const last = send(sender, 5)!;
    sender.onDelivered(5);
    sender.onLost(last);
    expect(send(sender, 5)).toEqual({ offset: 5, length: 0, isFin: true });
    sender.onAcknowledged(last);
    expect(sender.repeat(0, 5, true, 5)).toBeUndefined();
  });

  it("delivers every byte whatever is lost, and holds no chunk that was delivered", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5_000), { maxLength: 30 }), fc.infiniteStream(fc.nat(2)), (writes, fates) => {
        const sender = stream(1_000_000, 1_000_000);
        const total = writes.reduce((sum, length) => sum + length, 0);
        const peer = new Uint8Array(total);
        const has = new Uint8Array(total);
        for (const length of writes) sender.write(patternBytes(sender.written, length));
        let delivered = 0;
        for (let turn = 0; turn < 2_000 && delivered < total; turn += 1) {
          const segment = send(sender, 700);
          if (segment === undefined) break;
          if (fates.next().value === 0) {
            sender.onLost(segment);
            continue;
          }
          const end = segment.offset + segment.length;
          sender.copy(segment, new ByteWriter(peer.subarray(segment.offset, end)));
          has.fill(1, segment.offset, end);
          sender.onAcknowledged(segment);
          while (delivered < total && has[delivered] === 1) delivered += 1;
          sender.onDelivered(delivered);
        }
        expect(delivered).toBe(total);
        expect(peer).toEqual(patternBytes(0, total));
        expect([sender.heldBytes, sender.heldRanges]).toEqual([0, 0]);
      }),
      { numRuns: 40 },
    );
  });
});
