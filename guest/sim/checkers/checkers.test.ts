/** Each checker catches a stand-in that breaks its rule, and is silent about one that keeps it. */
import { describe, expect, it } from "vitest";
import { acknowledgementChecker } from "./acknowledgements.ts";
import { checkConnection } from "./connection-checks.ts";
import { SPECIFIED_LIMITS } from "./connection-facts.ts";
import { observePacket } from "../network/observed-packet.ts";
import { datagramSizeChecker } from "./datagram-size.ts";
import { packetNumberChecker } from "./packet-numbers.ts";
import { ProgressChecker } from "./progress.ts";
import { patternBytes, PrefixChecker } from "./stream-pattern.ts";
import { CheckViolation } from "./violation.ts";
import type { ConnectionFacts } from "./connection-facts.ts";
import type { Transmission } from "../network/network.ts";

const A = { host: "10.0.0.1", port: 1 };
const B = { host: "10.0.0.2", port: 2 };

function packet(fields: { type?: number; pn?: number; ack?: number; ackBits?: number; fill?: number }): Uint8Array {
  const bytes = new Uint8Array(60).fill(fields.fill ?? 0);
  const view = new DataView(bytes.buffer);
  bytes.set([1, fields.type ?? 0x10, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  view.setUint32(12, fields.pn ?? 1, true);
  view.setUint32(16, fields.ack ?? 0, true);
  view.setUint32(20, fields.ackBits ?? 0, true);
  return bytes;
}

function transmission(bytes: Uint8Array, from = A, to = B, isCorrupted = false): Transmission {
  return { atMs: 0, from, to, bytes, packet: observePacket(bytes), isCorrupted };
}

describe("datagram-size", () => {
  const checker = datagramSizeChecker();
  it.each([1, 1_199, 1_200])("lets %i bytes pass", (bytes) => {
    expect(() => checker.onSent?.(transmission(new Uint8Array(bytes)))).not.toThrow();
  });
  it.each([0, 1_201])("catches %i bytes", (bytes) => {
    expect(() => checker.onSent?.(transmission(new Uint8Array(bytes)))).toThrow(CheckViolation);
  });
});

describe("packet-numbers", () => {
  const sendAll = (...packets: Uint8Array[]) => {
    const checker = packetNumberChecker();
    for (const bytes of packets) checker.onSent?.(transmission(bytes));
  };
  // Requirement: P-4
  it("lets rising numbers pass, gaps and handshake repeats too", () => {
    const msg3 = packet({ type: 3, pn: 0 });
    expect(() => sendAll(msg3, msg3, packet({ pn: 1 }), packet({ pn: 3 }))).not.toThrow();
  });
  it("lets a CLOSE repeat byte for byte", () => {
    const close = packet({ type: 0x13, pn: 1 });
    expect(() => sendAll(close, close)).not.toThrow();
  });
  it("keeps the two directions apart", () => {
    const checker = packetNumberChecker();
    checker.onSent?.(transmission(packet({ pn: 1 }), A, B));
    expect(() => checker.onSent?.(transmission(packet({ pn: 1 }), B, A))).not.toThrow();
  });
  it.each([
    ["a number used twice", [packet({ pn: 5 }), packet({ pn: 5 })]],
    ["a number that falls", [packet({ pn: 5 }), packet({ pn: 4 })]],
    ["number 0", [packet({ pn: 0 })]],
    ["another CLOSE under the same number", [packet({ type: 0x13 }), packet({ type: 0x13, fill: 1 })]],
  ])("catches %s", (_name, packets) => {
    expect(() => sendAll(...packets)).toThrow(CheckViolation);
  });
});

describe("acknowledgements", () => {
  const run = (arrived: number[], acks: { type?: number; ack?: number; ackBits?: number }[], isCorrupted = false) => {
    const checker = acknowledgementChecker();
    for (const pn of arrived) checker.onArriving?.(transmission(packet({ pn }), A, B, isCorrupted));
    for (const ack of acks) checker.onSent?.(transmission(packet(ack), B, A));
  };
  it("lets pass what arrived", () => {
    expect(() => run([1, 3, 4], [{ ack: 0 }, { ack: 3 }, { ack: 4, ackBits: 0b101 }])).not.toThrow();
  });
  it("lets the refusal of a MSG3 know of nothing", () => {
    expect(() => run([1], [{ ack: 1 }, { type: 0x13, ack: 0 }])).not.toThrow();
  });
  it.each([
    ["a number that never arrived", [1], [{ ack: 2 }]],
    ["a bit that never arrived", [1, 3], [{ ack: 3, ackBits: 0b1 }]],
    ["a bit below 1", [1], [{ ack: 1, ackBits: 0b1 }]],
    ["a number that falls", [1, 2], [{ ack: 2 }, { ack: 1 }]],
    ["a number that falls to nothing", [1], [{ ack: 1 }, { ack: 0 }]],
  ])("catches %s", (_name, arrived, acks) => {
    expect(() => run(arrived, acks)).toThrow(CheckViolation);
  });
  it("catches the acknowledgement of what came corrupted", () => {
    expect(() => run([1], [{ ack: 1 }], true)).toThrow(CheckViolation);
  });
});

describe("connection checks", () => {
  const sound: ConnectionFacts = {
    name: "a",
    session: "0102030405060708",
    isEstablished: true,
    hasRecoveryTimer: true,
    hasPersistTimer: false,
    bytesInFlight: 2_400,
    sentRecordsBytes: 2_400,
    sentRecords: 2,
    congestionWindowBytes: 12_000,
    creditBlockedBytes: 0,
    sendBufferBytes: 5_000,
    unreadBytes: 100,
    outOfOrderBytes: 100,
    outOfOrderSegments: 1,
    windowBytes: 262_144,
  };
  const check = (broken: Partial<ConnectionFacts>) => () => checkConnection({ ...sound, ...broken }, SPECIFIED_LIMITS);

  // Requirement: F-8
  it.each<[string, Partial<ConnectionFacts>]>([
    ["a sound connection", {}],
    ["no timer while nothing is under way", { hasRecoveryTimer: false, bytesInFlight: 0, sentRecordsBytes: 0 }],
    [
      "data blocked by credit under a persist timer",
      {
        hasRecoveryTimer: false,
        hasPersistTimer: true,
        bytesInFlight: 0,
        sentRecordsBytes: 0,
        creditBlockedBytes: 1,
      },
    ],
    ["the smallest window", { congestionWindowBytes: 2_400 }],
    ["the largest window", { congestionWindowBytes: 2_097_152 }],
    ["full records", { sentRecords: 2_048 }],
    ["a full receive window", { unreadBytes: 262_044 }],
  ])("lets pass %s", (_name, facts) => {
    expect(check(facts)).not.toThrow();
  });

  // Requirements: F-8, B-1
  it.each<[string, Partial<ConnectionFacts>, string]>([
    ["bytes in flight without a timer", { hasRecoveryTimer: false, hasPersistTimer: true }, "armed-timer"],
    [
      "data blocked by credit without a timer",
      { hasRecoveryTimer: false, bytesInFlight: 0, sentRecordsBytes: 0, creditBlockedBytes: 1 },
      "armed-timer",
    ],
    ["a sum that differs from its records", { sentRecordsBytes: 2_399 }, "in-flight-sum"],
    ["too much in flight", { bytesInFlight: 2_106_753, sentRecordsBytes: 2_106_753 }, "in-flight-sum"],
    ["a window below 2 MSS", { congestionWindowBytes: 2_399 }, "congestion-window"],
    ["a window above the cap", { congestionWindowBytes: 2_097_153 }, "congestion-window"],
    ["a window that is no number", { congestionWindowBytes: NaN }, "congestion-window"],
    ["one record too many", { sentRecords: 2_049 }, "memory"],
    ["a send buffer above its bound", { sendBufferBytes: 2_097_153 }, "memory"],
    ["more unread than the window", { unreadBytes: 262_045 }, "memory"],
    ["one segment too many", { outOfOrderSegments: 1_025 }, "memory"],
    ["a window above its maximum", { windowBytes: 2_097_153 }, "memory"],
  ])("catch %s", (_name, facts, checker) => {
    expect(check(facts)).toThrow(CheckViolation);
    expect(check(facts)).toThrow(checker);
  });
});

describe("stream-prefix", () => {
  it("lets the pattern pass in any cut", () => {
    const prefix = new PrefixChecker(7, "b");
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 1_000],
    ] as const) {
      prefix.deliver(patternBytes(7, from, to - from), 1_000);
    }
    expect(prefix.deliveredBytes).toBe(1_000);
  });
  it.each([
    ["a changed byte", patternBytes(7, 0, 10).with(9, 0xee), 10],
    ["a skipped byte", patternBytes(7, 1, 10), 11],
    ["bytes of another stream", patternBytes(8, 0, 10), 10],
    ["more than was written", patternBytes(7, 0, 10), 9],
  ])("catches %s", (_name, bytes, writtenBytes) => {
    expect(() => new PrefixChecker(7, "b").deliver(bytes, writtenBytes)).toThrow(CheckViolation);
  });
});

describe("progress", () => {
  const limits = { maxVirtualMs: 100, maxEvents: 10, maxEventsAtOnce: 5 };
  const run = (times: number[]) => () => {
    const checker = new ProgressChecker(limits);
    for (const nowMs of times) checker.onEvent(nowMs);
  };
  it("lets pass what stays within each bound", () => {
    expect(run([0, 0, 0, 0, 0, 1, 1, 1, 1, 100])).not.toThrow();
  });
  it.each([
    ["too much virtual time", [101]],
    ["too many events", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ["a spin at one moment", [1, 1, 1, 1, 1, 1]],
  ])("catches %s", (_name, times) => {
    expect(run(times)).toThrow(CheckViolation);
  });
  it("catches a world that has nothing left to do", () => {
    expect(() => new ProgressChecker(limits).onIdle()).toThrow(CheckViolation);
  });
});
