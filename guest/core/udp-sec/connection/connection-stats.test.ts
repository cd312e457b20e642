/** What a connection says that it holds and has counted. */
import { describe, expect, it } from "vitest";
import { setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

const bytes = (length: number) => new Uint8Array(length).fill(7);

function opened(options: Parameters<typeof setupFor>[1] = {}) {
  const peer = new ForgedPeer();
  const connection = new Connection(
    setupFor("initiator", { handshakeRttMs: 30, random: (n) => new Uint8Array(n), ...options }),
  );
  const poll = (nowMs: number): Uint8Array[] => {
    const sent: Uint8Array[] = [];
    for (let datagram = connection.poll(nowMs); datagram !== undefined; datagram = connection.poll(nowMs))
      sent.push(datagram);
    return sent;
  };
  return { peer, connection, poll };
}

const sizeOf = (datagrams: readonly Uint8Array[]) => datagrams.reduce((sum, { length }) => sum + length, 0);

describe("a connection holds", () => {
  it("what was written, what is in flight, and nothing of it once it was delivered", () => {
    const { peer, connection, poll } = opened();
    connection.write(bytes(3_000), 0);
    expect(connection.stats()).toMatchObject({ writtenBytes: 3_000, highestSentOffset: 0, inFlightBytes: 0 });
    const sent = poll(0);
    expect(connection.stats()).toMatchObject({
      ...{ highestSentOffset: 3_000, inFlightBytes: sizeOf(sent), recountedInFlightBytes: sizeOf(sent) },
      held: { sentRecords: sent.length, lostRecords: 0 },
    });
    connection.receive(peer.ping({ ack: 3, ackBits: 0b11, delivered: 3_000 }), 30);
    expect(connection.stats()).toMatchObject({
      inFlightBytes: 0,
      peerDeliveredBytes: 3_000,
      largestAckedPacketNumber: 3,
    });
    expect(connection.stats().held).toMatchObject({ sendBufferBytes: 0, sentRecords: 0, streamRanges: 0 });
  });

  it("what came and was not read, in order and ahead of its turn", () => {
    const { peer, connection } = opened();
    connection.receive(peer.data(0, bytes(100), false), 1);
    connection.receive(peer.data(500, bytes(40), false), 1);
    connection.receive(peer.data(700, bytes(2), true), 1);
    expect(connection.stats()).toMatchObject({
      ...{ deliveredBytes: 100, readBytes: 0, receiveWindowBytes: 262_144, peerFinalSize: 702 },
      held: { unreadBytes: 100, outOfOrderBytes: 42, outOfOrderSegments: 2, duplicateFilterBytes: 1_024 },
    });
    connection.read(30, 2);
    expect(connection.stats()).toMatchObject({ readBytes: 30, held: { unreadBytes: 70 } });
  });

  it("acknowledgements that were made within a batch, until they are polled", () => {
    const { peer, connection, poll } = opened();
    for (let packet = 0; packet < 65; packet += 1) connection.receive(peer.ping(), 1);
    const held = connection.stats().held.pendingDatagramBytes;
    const [first, second, last] = poll(1);
    expect(held).toBe(sizeOf([first ?? bytes(0), second ?? bytes(0)]));
    expect(last).toBeDefined();
    expect(connection.stats().held.pendingDatagramBytes).toBe(0);
  });

  it("ranges of what it must still tell, and of what it has told", () => {
    const { peer, connection, poll } = opened();
    expect(connection.stats().held.acknowledgementRanges).toBe(0);
    for (const pn of [1, 40, 80]) connection.receive(peer.ping({ pn }), 1);
    const untold = connection.stats().held.acknowledgementRanges;
    expect(untold).toBeGreaterThan(0);
    poll(1);
    expect(connection.stats().held.acknowledgementRanges).toBeGreaterThan(untold);
  });
});

describe("a connection counts", () => {
  it("packets and bytes of each direction, and what they were", () => {
    const { peer, connection, poll } = opened();
    connection.write(bytes(10), 0);
    const data = poll(0);
    const ping = peer.ping();
    connection.receive(ping, 1);
    connection.receive(ping, 1);
    const ack = poll(1);
    connection.sendPing(2);
    const asked = poll(2);
    expect(connection.stats().counters).toEqual({
      ...{
        packetsSent: 3,
        bytesSent: sizeOf([...data, ...ack, ...asked]),
        packetsReceived: 1,
        bytesReceived: ping.length,
      },
      ...{ ackPacketsSent: 1, pingsSent: 1, probesSent: 1, retransmittedPackets: 0, failedOpens: 0, duplicates: 1 },
    });
  });

  it("probes, and what they repeat", () => {
    const { connection, poll } = opened();
    connection.write(bytes(10), 0);
    poll(0);
    poll(connection.stats().timers.probe ?? 0);
    expect(connection.stats()).toMatchObject({
      ...{
        probeExpiries: 1,
        retransmittedBytes: 20,
        counters: { probesSent: 2, retransmittedPackets: 2, pingsSent: 0 },
      },
    });
  });
});

describe("a connection that has ended", () => {
  it("says what it measured last, and holds the filter against replays for as long as it answers", () => {
    const { peer, connection, poll } = opened();
    connection.write(bytes(100), 0);
    poll(0);
    const { smoothedRttMs } = connection.stats();
    connection.close(0, "", 1);
    expect(connection.stats()).toMatchObject({
      ...{ state: "closing", smoothedRttMs, inFlightBytes: 0, isBlockedByCredit: false, writtenBytes: 100 },
      held: { sendBufferBytes: 0, sentRecords: 0, streamRanges: 0, duplicateFilterBytes: 1_024 },
    });
    expect(poll(1)).toHaveLength(1);
    expect(connection.stats().counters.packetsSent).toBe(2);
    expect(connection.stats().timers).toEqual({ close: expect.any(Number) as number });
    connection.receive(peer.close(0, ""), 2);
    expect(connection.stats()).toMatchObject({ state: "ended", timers: {}, held: { duplicateFilterBytes: 0 } });
  });

  it("counts what it drops while it drains", () => {
    const { peer, connection } = opened();
    connection.receive(peer.close(0, ""), 1);
    connection.receive(peer.ping(), 2);
    expect(connection.stats()).toMatchObject({ state: "draining", drops: { closed: 1 } });
    expect(Object.keys(connection.stats().timers).sort()).toEqual(["linger", "work"]);
  });
});

describe("a writer that was refused", () => {
  it.each([
    [1_000, 249, false],
    [1_000, 250, true],
    [3, 0, false],
    [3, 1, true],
  ])("is told once a quarter of its buffer is free, a byte at least: of %i bytes %i: %s", (size, freed, isTold) => {
    const { peer, connection, poll } = opened({ limits: { sendBufferBytes: size } });
    expect(connection.write(bytes(size + 1), 0)).toBe(size);
    poll(0);
    connection.receive(peer.ping({ delivered: freed }), 1);
    expect(connection.takeEvents()).toEqual(isTold ? [{ type: "writable" }] : []);
  });
});
