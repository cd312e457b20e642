/** What a trace sink is told, word for word: whoever reads qlog relies on names and fields. */
import { describe, expect, it } from "vitest";
import { ConnectionPair, setupFor } from "./connection-pair.fixture.ts";
import { Connection } from "./connection.ts";
import { ForgedPeer } from "./forged-peer.fixture.ts";

interface Told {
  readonly timeMs: number;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function traced() {
  const told: Told[] = [];
  const sessions = new Set<string>();
  const trace = {
    event: (timeMs: number, name: string, session: string, data: Readonly<Record<string, unknown>>) => {
      sessions.add(session);
      told.push({ timeMs, name, data });
    },
  };
  const peer = new ForgedPeer();
  const connection = new Connection(
    setupFor("initiator", { trace, handshakeRttMs: 30, random: (n) => new Uint8Array(n) }),
  );
  const poll = (nowMs: number): void => {
    while (connection.poll(nowMs) !== undefined);
  };
  const of = (name: string) => told.filter((event) => event.name === name);
  return { told, sessions, peer, connection, poll, of };
}

describe("the trace of a connection", () => {
  it("is told under the session id", () => {
    const { sessions, connection, poll } = traced();
    connection.sendPing(0);
    poll(0);
    expect([...sessions]).toEqual(["0102030405060708"]);
  });

  it("has type, number and size of each packet, as it leaves and as it comes", () => {
    const { peer, connection, poll, of } = traced();
    connection.write(new Uint8Array(10), 3);
    poll(3);
    connection.receive(peer.ping(), 4);
    poll(4);
    connection.close(0, "", 5);
    poll(5);
    expect(of("transport:packet_sent")).toMatchObject([
      { timeMs: 3, data: { header: { packet_type: "data", packet_number: 1 }, raw: { length: 76 } } },
      {
        timeMs: 4,
        data: { header: { packet_type: "ack", packet_number: 2 }, raw: { length: expect.any(Number) as number } },
      },
      { timeMs: 5, data: { header: { packet_type: "close", packet_number: 3 } } },
    ]);
    const received = { header: { packet_type: "ping", packet_number: 1 }, raw: { length: 58 } };
    expect(of("transport:packet_received")).toEqual([{ timeMs: 4, name: "transport:packet_received", data: received }]);
  });

  it("says what each packet acknowledges, as one frame", () => {
    const { peer, connection, poll, of } = traced();
    connection.write(new Uint8Array(10), 1);
    poll(1);
    for (const _ of [1, 2, 3]) connection.receive(peer.ping(), 2);
    poll(2);
    connection.receive(peer.ping({ ack: 1 }), 9);
    const frames = (name: string) => of(name).map(({ data }) => data["frames"]);
    expect(frames("transport:packet_sent")[0]).toBeUndefined();
    expect(frames("transport:packet_sent").at(-1)).toEqual([
      { frame_type: "ack", ack_delay: 0, acked_ranges: [[1, 3]] },
    ]);
    expect(frames("transport:packet_received").at(-1)).toMatchObject([{ frame_type: "ack", acked_ranges: [[1, 1]] }]);
  });

  it("says why a datagram was dropped, and how long it was", () => {
    const { peer, connection, of } = traced();
    const ping = peer.ping();
    connection.receive(ping, 1);
    connection.receive(ping, 2);
    expect(of("transport:packet_dropped")).toEqual([
      { timeMs: 2, name: "transport:packet_dropped", data: { trigger: "duplicate", raw: { length: 58 } } },
    ]);
  });

  it("has the states of its life, and what ended it", () => {
    const { peer, connection, poll, of } = traced();
    const steps = () => of("connectivity:connection_state_updated").map(({ data }) => data);
    connection.close(6, "enough", 1);
    expect(steps()).toEqual([{ old: "open", new: "closing", trigger: "APPLICATION", by: "local" }]);
    poll(1);
    connection.receive(peer.close(0, ""), 2);
    expect(steps().slice(1)).toEqual([{ old: "closing", new: "ended", trigger: "APPLICATION", by: "local" }]);
    const other = traced();
    other.connection.receive(other.peer.close(0, ""), 1);
    expect(other.of("connectivity:connection_state_updated")[0]?.data).toEqual({
      ...{ old: "open", new: "draining", trigger: "NO_ERROR", by: "peer" },
    });
  });

  it("tells the round trip, the window and the flight with each acknowledgement", () => {
    const { peer, connection, poll, of } = traced();
    connection.write(new Uint8Array(2_000), 0);
    poll(0);
    connection.receive(peer.ping({ ack: 1 }), 40);
    const metrics = of("recovery:metrics_updated").at(-1);
    const { cwndBytes, inFlightBytes, smoothedRttMs, rttVariationMs, latestRttMs, minRttMs } = connection.stats();
    expect(metrics).toEqual({
      timeMs: 40,
      name: "recovery:metrics_updated",
      data: {
        congestion_window: cwndBytes,
        ssthresh: null,
        bytes_in_flight: inFlightBytes,
        packets_in_flight: 1,
        smoothed_rtt: smoothedRttMs,
        rtt_variance: rttVariationMs,
        latest_rtt: latestRttMs,
        min_rtt: minRttMs,
        pto_count: 0,
      },
    });
    expect([inFlightBytes, latestRttMs]).toEqual([932, 40]);
  });

  it("has no smallest round trip before the first, and a threshold after the first loss", () => {
    const { peer, connection, poll, of } = traced();
    connection.receive(peer.ping(), 1);
    expect(of("recovery:metrics_updated").at(-1)?.data).toMatchObject({ ssthresh: null });
    connection.write(new Uint8Array(1_134 * 6), 2);
    poll(2);
    const { largestSentPacketNumber: largest } = connection.stats();
    connection.receive(peer.ping({ ack: largest, ackBits: 0b11 }), 42);
    expect(of("recovery:packet_lost").map(({ data }) => data)).toEqual(
      [5, 4, 3]
        .map((before) => largest - before)
        .map((packet_number) => ({ header: { packet_number }, trigger: "reordering_threshold" })),
    );
    const { ssthreshBytes } = connection.stats();
    expect(ssthreshBytes).toBe(6_000);
    expect(of("recovery:metrics_updated").at(-1)?.data).toMatchObject({ ssthresh: ssthreshBytes });
  });

  it("says when the loss timer is set, what for, when it fires and when it is cancelled", () => {
    const { peer, connection, poll, of } = traced();
    const timers = () => of("recovery:loss_timer_updated").map(({ data }) => data);
    connection.write(new Uint8Array(10), 0);
    poll(0);
    const probeMs = connection.stats().timers.probe ?? 0;
    expect(timers()).toEqual([{ event_type: "set", timer_type: "pto", delta: probeMs }]);
    poll(probeMs);
    expect(timers()[1]).toEqual({ event_type: "expired", timer_type: "pto" });
    const { largestSentPacketNumber } = connection.stats();
    connection.receive(peer.ping({ ack: largestSentPacketNumber, ackBits: 0b11, delivered: 10 }), probeMs + 1);
    poll(probeMs + 1);
    expect(timers().at(-1)).toEqual({ event_type: "cancelled" });
  });

  it("names a loss by time, and the timer that found it", () => {
    const { peer, connection, poll, of } = traced();
    connection.write(new Uint8Array(1_134 * 2), 0);
    poll(0);
    // The second is acknowledged, the first is too near for the threshold.
    connection.receive(peer.ping({ ack: 2 }), 40);
    poll(40);
    const lossMs = connection.stats().timers.loss ?? 0;
    expect(lossMs).toBeGreaterThan(40);
    poll(lossMs);
    const timers = of("recovery:loss_timer_updated").map(({ data }) => data);
    expect(timers).toContainEqual({ event_type: "set", timer_type: "ack", delta: lossMs - 40 });
    expect(timers).toContainEqual({ event_type: "expired", timer_type: "ack" });
    expect(of("recovery:packet_lost").map(({ timeMs, data }) => [timeMs, data])).toEqual([
      [lossMs, { header: { packet_number: 1 }, trigger: "time_threshold" }],
    ]);
  });

  it("calls the timers that qlog has no name for by ours", () => {
    const idle = traced();
    idle.poll(8_000);
    expect(idle.of("recovery:loss_timer_updated")[0]?.data).toEqual({ event_type: "expired", timer_type: "liveness" });
    const fired: unknown[] = [];
    const event = (_timeMs: number, _name: string, _session: string, data: Readonly<Record<string, unknown>>): void => {
      if (data["event_type"] === "expired") fired.push(data["timer_type"]);
    };
    const pair = new ConnectionPair({ trace: { event }, handshakeRttMs: 30, parameters: { windowBytes: 16_384 } });
    pair.initiator.write(new Uint8Array(20_000), 0);
    pair.advance(1_000);
    expect(fired).toContain("persist");
  });
});
