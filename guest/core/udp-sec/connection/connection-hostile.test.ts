import { beforeEach, describe, expect, it } from "vitest";
import { AttackedConnection, zeros } from "./attacked-connection.fixture.ts";
import type { PairOptions } from "./connection-pair.fixture.ts";
import type { Connection } from "./connection.ts";
import { EndpointBudget } from "../../endpoint-budget.ts";
import type { ForgedPeer } from "./forged-peer.fixture.ts";
import type { ParsedPacket } from "../packet/packet-content.ts";

/** What somebody may try who holds the right keys, or replays what such a one sent. */
let attacked: AttackedConnection;
let peer: ForgedPeer;
let connection: Connection;
function make(options: PairOptions = {}): void {
  attacked = new AttackedConnection(options);
  ({ peer, connection } = attacked);
}

const drain = (nowMs: number): ParsedPacket[] => attacked.drain(nowMs);

beforeEach(() => {
  make();
});

describe("acknowledgement state", () => {
  // Requirement: R-11
  it("stays within its 32 ranges, whatever the peer makes retire, even by a packet that is not taken", () => {
    make({ limits: { outOfOrderSegments: 0 } });
    const numbers: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      for (let count = 0; count < 70; count += 1) connection.receive(peer.ping(), 0);
      connection.sendPing(0);
      numbers.push(...drain(0).flatMap(({ header, content }) => (content.type === "ping" ? header.packetNumber : [])));
    }
    connection.receive(peer.ping(), 0);
    // Each PING, acknowledged, retires the 33 numbers that it reported, and leaves a piece on either side.
    for (const ack of numbers) {
      expect(connection.receive(peer.data(10, zeros(1), false, { ack }), 0)).toBe("reassembly-full");
    }
    const [report] = drain(25).filter(({ content }) => content.type === "ack");
    expect(report?.content.type === "ack" ? report.content.ranges.length : 0).toBe(32);
    expect(connection.end).toBeUndefined();
  });

  // Requirements: P-22, L-9
  it("is not advanced by a packet without room: replaying it keeps nobody alive", () => {
    make({ limits: { outOfOrderSegments: 0 } });
    const unplaceable = peer.data(10, zeros(1), false);
    for (let nowMs = 0; nowMs <= 16_000; nowMs += 1_000) {
      expect(connection.receive(unplaceable, nowMs)).toBe(nowMs <= 15_000 ? "reassembly-full" : "closed");
      drain(nowMs);
    }
    expect(connection.lastReceiptMs).toBe(0);
    expect(connection.end?.name).toBe("IDLE");
  });
});

describe("stream offsets", () => {
  // Requirements: F-10, F-11, RX-75, RX-76, RX-77
  it.each([
    ["FIN at the end of credit", 262_144, 0, true, undefined],
    ["FIN past the end of credit", 262_145, 0, true, "FLOW_CONTROL"],
    ["FIN at the end of numbers", 2 ** 53 - 1, 0, true, "FLOW_CONTROL"],
    ["the last byte of credit", 262_143, 1, false, undefined],
    ["the first byte past credit", 262_144, 1, false, "FLOW_CONTROL"],
    ["a sum past 2^53 - 1", 2 ** 53 - 1, 1, false, "PROTOCOL"],
  ])("%s", (_what, offset, length, isFin, name) => {
    connection.receive(peer.data(offset, zeros(length), isFin), 1);
    expect(connection.end?.name).toBe(name);
  });

  // Requirements: RX-73, RX-85
  it("window and delivered at the ends of their fields are taken or refused, never overflow", () => {
    connection.write(zeros(2_000), 0);
    expect(drain(0).length).toBe(2);
    connection.receive(peer.ping({ ack: 2, ackBits: 1, delivered: 2_000, window: 0xffff_ffff }), 10);
    expect(connection.stats().creditEnd).toBe(2_000 + 0xffff_ffff);
    connection.receive(peer.ping({ delivered: 2 ** 53 - 1, window: 0xffff_ffff }), 20);
    expect(connection.end?.name).toBe("PROTOCOL");
  });
});

describe("a receiver that says it has what it can't have", () => {
  it("frees flight, but earns no window: the rate stays that of pacing", () => {
    connection.write(zeros(1024 * 1024), 0);
    let sent = 0;
    for (let nowMs = 0; nowMs <= 300; nowMs += 1) {
      sent += drain(nowMs).reduce((sum, { content }) => sum + (content.type === "data" ? content.bytes.length : 0), 0);
      connection.receive(peer.ping({ delivered: sent }), nowMs);
    }
    expect(connection.stats().cwndBytes).toBe(12_000);
    // One burst, and 1.25 windows for each of 10 round trips of 30 ms.
    expect(sent).toBeLessThan(12_000 + 1.25 * 12_000 * 10 + 1_200);
  });
});

describe("mistakes of the caller", () => {
  it.each([
    [-1, "", "CLOSE_BAD_ARGUMENT"],
    [0x1_0000, "", "CLOSE_BAD_ARGUMENT"],
    [0.5, "", "CLOSE_BAD_ARGUMENT"],
    [6, "\ud800", "CLOSE_BAD_ARGUMENT"],
  ])("close(%d, %j) is refused before anything is ended by it", (code, reason, errorCode) => {
    const budget = new EndpointBudget();
    make({ budget });
    connection.write(zeros(100), 0);
    expect(() => {
      connection.close(code, reason, 0);
    }).toThrow(expect.objectContaining({ code: errorCode }));
    expect([connection.end, budget.sendHeldBytes]).toEqual([undefined, 100]);
    connection.close(0xffff, "\u{1f600}".repeat(100), 0);
    expect(connection.end).toMatchObject({ name: "UNKNOWN", code: 0xffff });
    const content = drain(0)[0]?.content;
    expect(content?.type === "close" ? content.reason : "").toBe("\u{1f600}".repeat(63));
    expect([budget.sendHeldBytes, budget.receiveReservedBytes]).toEqual([0, 0]);
  });

  it("writing, finishing, closing after the end, and reading nothing, do nothing", () => {
    connection.finish(0);
    expect(connection.write(zeros(1), 0)).toBe(0);
    connection.close(0, "", 1);
    connection.close(6, "later", 2);
    connection.finish(2);
    connection.sendPing(2);
    expect([connection.write(zeros(1), 2), connection.read(0, 2), connection.read(-1, 2)]).toEqual([
      0,
      undefined,
      undefined,
    ]);
    expect(connection.end?.code).toBe(0);
  });

  it("a clock that stands still or steps back stops nothing for good", () => {
    connection.write(zeros(50_000), 1_000);
    let delivered = 0;
    let largest = 0;
    for (const nowMs of [1_000, 900, 900, 950, 1_200, 1_300, 1_400, 1_500, 1_600, 1_700, 1_800, 1_900, 2_000]) {
      for (const { header, content } of drain(nowMs)) {
        largest = header.packetNumber;
        if (content.type === "data") delivered = Math.max(delivered, content.offset + content.bytes.length);
      }
      const bits = largest > 32 ? 0xffff_ffff : 2 ** Math.max(0, largest - 1) - 1;
      connection.receive(peer.ping({ ack: largest, ackBits: bits, delivered }), nowMs);
    }
    expect(delivered).toBe(50_000);
    expect(connection.stats().inFlightBytes).toBe(0);
  });

  it("not being polled for long ends nothing, if what arrived meanwhile is received first", () => {
    connection.sendPing(0);
    drain(0);
    connection.receive(peer.ping({ ack: 1 }), 3_600_000);
    drain(3_600_000);
    expect(connection.end).toBeUndefined();
  });
});
