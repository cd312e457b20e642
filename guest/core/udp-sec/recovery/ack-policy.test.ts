import { describe, expect, it } from "vitest";
import { AckPolicy } from "./ack-policy.ts";

describe("AckPolicy", () => {
  // Requirements
  it("acknowledges every 2nd packet, and a single one within the declared delay", () => {
    const policy = new AckPolicy(25);
    policy.onElicitingReceived(false, 100);
    policy.onBatchEnd();
    expect([policy.isDue(124.9), policy.deadlineMs, policy.isDue(125)]).toEqual([false, 125, true]);
    policy.onElicitingReceived(false, 101);
    policy.onBatchEnd();
    expect(policy.isDue(101)).toBe(true);
    policy.onCarried(false);
    expect([policy.isDue(1_000), policy.deadlineMs]).toEqual([false, undefined]);
  });

  // Requirement: R-5
  it("acknowledges at once what is out of order", () => {
    const policy = new AckPolicy(25);
    policy.onElicitingReceived(true, 100);
    expect(policy.isDue(100)).toBe(true);
  });

  // Requirement: R-7
  it("within a batch acknowledges every 32nd, and at its end", () => {
    const policy = new AckPolicy(25);
    const made: number[] = [];
    for (let count = 1; count <= 70; count += 1) {
      if (!policy.onElicitingReceived(false, 0)) continue;
      made.push(count);
      policy.onCarried(true);
    }
    expect(made).toEqual([32, 64]);
    expect(policy.isDue(0)).toBe(false);
    policy.onBatchEnd();
    expect(policy.isDue(0)).toBe(true);
  });

  // Requirement: R-8
  it("wants an ACK for the 32nd packet, though DATA carried all before", () => {
    const policy = new AckPolicy(25);
    for (let count = 1; count <= 31; count += 1) {
      policy.onElicitingReceived(false, 0);
      policy.onBatchEnd();
      policy.onCarried(false);
    }
    expect(policy.isAckPacketDue).toBe(false);
    policy.onElicitingReceived(false, 0);
    policy.onBatchEnd();
    policy.onCarried(false);
    expect([policy.isAckPacketDue, policy.isDue(0)]).toEqual([true, true]);
    policy.onCarried(true);
    expect([policy.isAckPacketDue, policy.isDue(0)]).toEqual([false, false]);
  });

  // Requirement: F-6
  it("tells of a window that opened", () => {
    const policy = new AckPolicy(25);
    policy.demand();
    expect(policy.isDue(0)).toBe(true);
  });
});
