/** A peer whose every packet is well-formed, and whose `delivered` runs ahead of what it acknowledges (RFC 9000 21.4). */
import { beforeEach, describe, expect, it } from "vitest";
import type { ParsedPacket } from "../packet/packet-content.ts";
import { type Bottleneck, runBottleneck } from "./bottleneck.fixture.ts";
import { setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

let peer: ForgedPeer;
let connection: Connection;

function drain(nowMs: number): ParsedPacket[] {
  const packets: ParsedPacket[] = [];
  for (let datagram = connection.poll(nowMs); datagram; datagram = connection.poll(nowMs)) {
    packets.push(peer.read(datagram));
  }
  return packets;
}

function offsetsOf(packets: readonly ParsedPacket[]): (number | string)[] {
  return packets.map(({ content }) => (content.type === "data" ? content.offset : content.type));
}

beforeEach(() => {
  peer = new ForgedPeer();
  connection = new Connection(
    setupFor("initiator", { random: (length) => new Uint8Array(length).fill(255), handshakeRttMs: 30 }),
  );
});

describe("`delivered` ahead of the acknowledgement", () => {
  // Requirement: R-30
  it("frees the bytes, and leaves flight, window and round trip as they are", () => {
    connection.write(new Uint8Array(1_134 * 5), 0);
    expect(drain(0).length).toBe(5);
    const before = connection.stats();
    connection.receive(peer.ping({ delivered: 1_134 * 5 }), 40);
    const after = connection.stats();
    expect(after.peerDeliveredBytes).toBe(1_134 * 5);
    expect(after.held.sendBufferBytes).toBe(0);
    for (const key of ["inFlightBytes", "cwndBytes", "smoothedRttMs", "latestRttMs"] as const) {
      expect(after[key]).toBe(before[key]);
    }
    expect(after.held.sentRecords).toBe(5);
  });

  // Requirement: R-31
  it("makes no secret of a loss: it counts, is a congestion event, and sends nothing again", () => {
    connection.write(new Uint8Array(1_134 * 6), 0);
    drain(0);
    // 1 to 3 are missing; their bytes are claimed before any bitmap shows it.
    connection.receive(peer.ack([], { delivered: 1_134 * 3 }), 30);
    connection.receive(peer.ack([], { ack: 6, ackBits: 0b11, delivered: 1_134 * 6 }), 30);
    expect(connection.stats().recovery).toMatchObject({ lost: 3, congestionEvents: 1 });
    expect(connection.stats().cwndBytes).toBe(6_000);
    expect(drain(30)).toEqual([]);
    // Acknowledged after all, they were lost in error, like others.
    connection.receive(peer.ack([], { ack: 6, ackBits: 0b11111, delivered: 1_134 * 6 }), 31);
    expect(connection.stats().recovery).toMatchObject({ spurious: 3 });
    expect(connection.stats().cwndBytes).toBe(12_000);
  });

  // Requirements
  it("resets no backoff: whoever acknowledges nothing is probed ever more seldom", () => {
    let written = 0;
    let probes = 0;
    let nowMs = 0;
    while (nowMs < 60_000) {
      written += connection.write(new Uint8Array(1_134), nowMs);
      const packets = drain(nowMs);
      probes += packets.length;
      const sent = connection.stats().highestSentOffset;
      connection.receive(peer.ack([], { delivered: sent }), nowMs);
      nowMs = Math.max(connection.nextDeadlineMs() ?? nowMs, nowMs + 1);
    }
    expect(written).toBeGreaterThan(0);
    expect(connection.stats().probeExpiries).toBeGreaterThan(5);
    // Two at each of some 30 expiries of 2 s, and the first window: at the base timeout it would be 1,000 and more.
    expect(probes).toBeLessThan(120);
  });

  // Requirement: R-31
  it("interrupts no persistent congestion", () => {
    connection.write(new Uint8Array(100), 0);
    drain(0);
    connection.receive(peer.ack([], { ack: 1, delivered: 100 }), 30);
    let nowMs = 30;
    for (let packet = 0; packet < 4; packet += 1) {
      connection.write(new Uint8Array(100), nowMs);
      drain(nowMs);
      connection.receive(peer.ack([], { ack: 1, delivered: connection.stats().highestSentOffset }), nowMs);
      nowMs += 500;
    }
    const largest = connection.stats().largestSentPacketNumber;
    connection.sendPing(nowMs);
    const last = drain(nowMs).at(-1)?.header.packetNumber ?? 0;
    expect(last).toBeGreaterThan(largest);
    connection.receive(peer.ping({ ack: last, delivered: connection.stats().highestSentOffset }), nowMs + 30);
    connection.poll(nowMs + 100);
    expect(connection.stats().recovery.persistentCongestions).toBe(1);
  });
});

describe("a probe repeats", () => {
  // Requirement: R-22
  it("the packet longest in flight whose bytes are not freed, then what has never left, else PING", () => {
    connection.write(new Uint8Array(1_134 * 3), 0);
    drain(0);
    connection.receive(peer.ack([], { delivered: 1_134 }), 1);
    const probeMs = connection.stats().timers.probe ?? 0;
    expect(offsetsOf(drain(probeMs))).toEqual([1_134, 2_268]);
    connection.receive(peer.ack([], { delivered: 1_134 * 3 }), probeMs + 1);
    const nextMs = connection.stats().timers.probe ?? 0;
    expect(offsetsOf(drain(nextMs))).toEqual(["ping"]);
  });

  // Requirement: R-22
  it("a FIN that is not acknowledged, though all bytes are freed", () => {
    connection.write(new Uint8Array(1_134), 0);
    connection.finish(0);
    drain(0);
    connection.receive(peer.ack([], { delivered: 1_134 }), 1);
    const [probe] = drain(connection.stats().timers.probe ?? 0);
    expect(probe?.content).toMatchObject({ type: "data", offset: 1_134, isFin: true });
  });
});

describe("behind a bottleneck of 2 Mbit/s and 25 ms", () => {
  const path: Bottleneck = { bytesPerMs: 250, queueBytes: 25_000, delayMs: 25, durationMs: 10_000 };

  it("an honest receiver is sent what the path carries", () => {
    const { sentMbps, lostShare, congestionEvents } = runBottleneck(path, "honest");
    expect(sentMbps).toBeGreaterThan(1.7);
    expect(sentMbps).toBeLessThan(2.2);
    expect(lostShare).toBeLessThan(0.05);
    expect(congestionEvents).toBeGreaterThan(1);
  });

  it("a receiver that claims each hole before a bitmap shows it is sent no more", () => {
    const { sentMbps, lostShare, congestionEvents, end } = runBottleneck(path, "claims-holes");
    expect(end).toBeUndefined();
    expect(sentMbps).toBeLessThan(2.2);
    expect(lostShare).toBeLessThan(0.05);
    expect(congestionEvents).toBeGreaterThan(1);
  });
});
