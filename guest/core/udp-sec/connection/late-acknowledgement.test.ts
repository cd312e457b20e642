/** A peer that keeps its acknowledgements back, so that every timer which counts in round trips grows. */
import { describe, expect, it } from "vitest";
import { setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

const HOUR_MS = 3_600_000;

/** Sends nothing but PINGs for an hour, then acknowledges the first packet that is still in flight. */
function acknowledgedAnHourLate(): {
  readonly connection: Connection;
  readonly peer: ForgedPeer;
  readonly nowMs: number;
} {
  const peer = new ForgedPeer();
  const connection = new Connection(setupFor("initiator", { handshakeRttMs: 10 }));
  connection.sendPing(0);
  const first = connection.poll(0);
  if (first === undefined) throw new Error("no PING");
  const pn = peer.read(first).header.packetNumber;
  let nowMs = 0;
  while (nowMs < HOUR_MS) {
    nowMs += 4_000;
    connection.receive(peer.ping(), nowMs);
    while (connection.poll(nowMs) !== undefined);
  }
  connection.receive(peer.ping({ ack: pn }), nowMs);
  return { connection, peer, nowMs };
}

/** @returns how long after its end the connection is still held, and how many CLOSEs left */
function drainedAfter(connection: Connection, fromMs: number): { readonly heldMs: number; readonly closes: number } {
  let nowMs = fromMs;
  let closes = 0;
  while (!connection.isDrained) {
    while (connection.poll(nowMs) !== undefined) closes += 1;
    nowMs = connection.nextDeadlineMs() ?? nowMs;
  }
  return { heldMs: nowMs - fromMs, closes };
}

describe("an acknowledgement that comes an hour late", () => {
  // Requirements
  it("makes neither the round trip nor the probe timeout longer than 10 s", () => {
    const { connection } = acknowledgedAnHourLate();
    const { latestRttMs, smoothedRttMs, probeTimeoutMs } = connection.stats();
    expect(latestRttMs).toBe(10_000);
    expect(smoothedRttMs).toBeLessThan(2_000);
    expect(probeTimeoutMs).toBe(10_000);
  });

  // Requirement: L-7
  it("does not hold the slot of a connection that this side closes for more than 6 s", () => {
    const { connection, nowMs } = acknowledgedAnHourLate();
    connection.close(0, "", nowMs);
    expect(drainedAfter(connection, nowMs)).toEqual({ heldMs: 6_000, closes: 3 });
  });

  // Requirement: L-7
  it("does not hold the slot of a connection that the peer closes for more than 6 s", () => {
    const { connection, peer, nowMs } = acknowledgedAnHourLate();
    connection.receive(peer.close(0, ""), nowMs);
    expect(drainedAfter(connection, nowMs)).toEqual({ heldMs: 6_000, closes: 1 });
  });
});

describe("a handshake message that comes 10.5 s late", () => {
  it("lets draining last 6 s, not 95", () => {
    const peer = new ForgedPeer();
    const connection = new Connection(setupFor("initiator", { handshakeRttMs: 10_500 }));
    expect(connection.stats().smoothedRttMs).toBe(10_000);
    connection.receive(peer.close(0, ""), 0);
    expect(drainedAfter(connection, 0).heldMs).toBe(6_000);
  });

  it("lets PATH come after 30 s of stream bytes without an acknowledgement, not after 95", () => {
    const peer = new ForgedPeer();
    const connection = new Connection(setupFor("initiator", { handshakeRttMs: 10_500 }));
    connection.write(new Uint8Array(100), 0);
    let nowMs = 0;
    while (connection.end === undefined && nowMs < 200_000) {
      while (connection.poll(nowMs) !== undefined);
      nowMs += 1_000;
      connection.receive(peer.ping(), nowMs);
    }
    expect(connection.end?.name).toBe("PATH");
    expect(nowMs).toBeLessThanOrEqual(31_000);
  });
});

describe("a round trip of 3 s, with an idle timeout of 15", () => {
  // Requirement: L-10
  it.each([
    [27_000, undefined],
    [28_000, "PATH"],
  ])("after %i ms without an acknowledgement: %s, since PATH waits for three probe timeouts", (silentMs, end) => {
    const peer = new ForgedPeer();
    const connection = new Connection(setupFor("initiator", { handshakeRttMs: 3_000 }));
    // 3,000 + 4 * 1,500 + 25 ms.
    expect(connection.stats().probeTimeoutMs).toBe(9_025);
    connection.write(new Uint8Array(100), 0);
    for (let nowMs = 0; nowMs <= silentMs; nowMs += 1_000) {
      while (connection.poll(nowMs) !== undefined);
      connection.receive(peer.ping(), nowMs);
    }
    connection.poll(silentMs);
    expect(connection.end?.name).toBe(end);
  });
});

describe("a short round trip", () => {
  it("still ends as fast as it is", () => {
    const peer = new ForgedPeer();
    const connection = new Connection(setupFor("initiator", { handshakeRttMs: 10 }));
    connection.receive(peer.close(0, ""), 0);
    expect(drainedAfter(connection, 0).heldMs).toBeCloseTo(3 * (10 + 4 * 5 + 25));
  });
});
