import { describe, expect, it } from "vitest";
import { Agenda } from "./agenda.ts";
import { PacketType } from "../packet/header.ts";
import { PacketSealer } from "../packet/packet-protection.ts";
import { testCrypto, typesOf, Wire } from "./wire.fixture.ts";

const W = 256 * 1024;

describe("a peer that finishes handshakes and never sends a packet", () => {
  // Requirement: H-55
  it.each([3, 4, 5, 40])("reserves at most four windows: %d handshakes", (count) => {
    const wire = new Wire();
    const b = wire.add("b", { limits: { bucketBurst: 1_000 } });
    const a = wire.add("a");
    // PING arrives, what the initiator would say then doesn't exist: its connection is a stand-in.
    for (let index = 0; index < count; index += 1) {
      wire.dial(a, b);
      wire.settle();
    }
    const kept = Math.min(count, 4);
    expect(b.endpoint.stats()).toMatchObject({ connections: kept, receiveReservedBytes: kept * W });
    const ends = b.events.flatMap((event) => (event.type === "closed" ? [event.end.name] : []));
    expect(ends).toEqual(Array.from({ length: count - kept }, () => "REPLACED"));
  });

  it("does not cost its confirmed connection, nor another peer's", () => {
    const wire = new Wire();
    const b = wire.add("b", { limits: { bucketBurst: 1_000 } });
    const [a, c] = [wire.add("a"), wire.add("c")];
    wire.dial(c, b);
    wire.dial(a, b);
    wire.settle();
    const confirmed = a.events[0]?.type === "established" ? a.events[0].connection : undefined;
    confirmed?.write(Uint8Array.of(1), wire.nowMs);
    wire.settle();
    for (let index = 0; index < 9; index += 1) {
      wire.dial(a, b);
      wire.settle();
    }
    expect(b.endpoint.stats().connections).toBe(1 + 1 + 4);
    const alive = b.connections.map(({ end }) => end === undefined);
    expect(alive).toEqual([true, true, false, false, false, false, false, true, true, true, true]);
  });
});

describe("a responder whose first packet is sealed but malformed", () => {
  // Requirement: H-51
  it("fails the dial at once, and leaves nothing behind", () => {
    const wire = new Wire();
    const a = wire.add("a", { createConnection: undefined });
    const b = wire.add("b");
    wire.delivers = ({ datagram }) => datagram[1] !== 0x12;
    wire.dial(a, b);
    wire.settle();
    const setup = b.connections[0]?.setup;
    if (setup === undefined) throw new Error("not accepted");
    const sealer = new PacketSealer(testCrypto.chacha20Poly1305(setup.sendKey), setup.sessionId);
    const writer = sealer.begin({ deliveredBytes: 0, windowBytes: 0, ackDelayUs: 0 }).zeros(1);
    const fields = { type: PacketType.PING, flags: 0, packetNumber: 1, ack: 0, ackBits: 0 };
    wire.deliver(sealer.seal(fields, writer), b.address, a.address);
    expect(typesOf(a)).toEqual(["dial-failed"]);
    expect(a.events).toMatchObject([{ end: { name: "PROTOCOL", by: "local" } }]);
    expect(a.endpoint.stats()).toMatchObject({ connections: 0, dialAttempts: 0, receiveReservedBytes: 0 });
    expect(a.endpoint.nextDeadlineMs()).toBeUndefined();
  });
});

describe("4,096 connections", () => {
  it("cost a poll only what is due", () => {
    const agenda = new Agenda<number>();
    for (let item = 0; item < 4_096; item += 1) agenda.rest(item, 1_000 + ((item * 2_654_435_761) % 4_096));
    let turns = 0;
    for (let nowMs = 1_000; nowMs < 1_010; nowMs += 1) {
      agenda.wakeDue(nowMs);
      for (let item = agenda.next(); item !== undefined; item = agenda.next()) {
        turns += 1;
        agenda.rest(item, nowMs + 60_000);
      }
      expect(agenda.nextDeadlineMs).toBe(nowMs + 1);
    }
    expect(turns).toBe(10);
  });
});
