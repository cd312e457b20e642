import { PacketType } from "../packet/header.ts";
import { describe, expect, it } from "vitest";
import { toHex } from "../../bytes/hex.ts";
import type { KeyLog } from "../../key-log.ts";
import { nobleCrypto, testCrypto, typesOf, Wire } from "./wire.fixture.ts";

function pair(options: Parameters<Wire["add"]>[1] = {}) {
  const wire = new Wire();
  return { wire, a: wire.add("a", options), b: wire.add("b", options) };
}

describe("handshake between two endpoints", () => {
  // Requirements: RX-21, RX-35
  it.each([undefined, nobleCrypto])("establishes both sides, each knowing the other (%#)", (crypto) => {
    const { wire, a, b } = pair(crypto === undefined ? {} : { crypto });
    const dial = wire.dial(a, b);
    expect(dial.state.name).toBe("awaiting-msg2");
    wire.settle();
    expect(wire.sent.map(({ datagram }) => [datagram[1], datagram.length])).toEqual([
      [0x01, 1200],
      [0x02, 1200],
      [0x03, 201],
      [0x12, 58],
    ]);
    expect(dial.state.name).toBe("established");
    expect(a.events).toMatchObject([
      { type: "established", dialled: true, dial, peer: { deviceId: b.identity.deviceId } },
    ]);
    expect(b.events).toMatchObject([
      {
        type: "established",
        dialled: false,
        dial: undefined,
        peer: { deviceId: a.identity.deviceId, staticPublicKey: a.identity.staticPublicKey },
      },
    ]);
    expect(a.endpoint.stats()).toMatchObject({ connections: 1, dialAttempts: 0, halfOpen: 0, drops: {} });
    expect(b.endpoint.stats()).toMatchObject({ connections: 1, dialAttempts: 0, halfOpen: 0, drops: {} });
  });

  // Requirements
  it("tells each ephemeral key before the message that carries it, and keeps none", () => {
    const told: string[] = [];
    const given: Uint8Array[] = [];
    const wire = new Wire();
    const logOf = (name: string): KeyLog => ({
      ephemeral: (publicKey, secretKey) => {
        const sent = wire.sent.map(({ datagram }) => toHex(datagram)).join();
        expect(sent).not.toContain(toHex(publicKey));
        expect(testCrypto.x25519Key(secretKey).publicKey).toEqual(publicKey);
        told.push(`${name} ${toHex(publicKey)}`);
        given.push(secretKey);
      },
      sessionKeys: () => undefined,
    });
    const a = wire.add("a", { keyLog: logOf("a") });
    const b = wire.add("b", { keyLog: logOf("b") });
    wire.dial(a, b);
    wire.settle();
    // Noise messages 1 and 2 begin with the ephemeral key.
    const carried = (at: number): string => toHex(wire.sent[at]?.datagram.slice(26, 58) ?? new Uint8Array(0));
    expect(told).toEqual([`a ${carried(0)}`, `b ${carried(1)}`]);
    expect(given.flatMap((secret) => [...secret])).toEqual(new Array(64).fill(0));
  });

  // Requirement: P-2
  it("gives both the same keys, crossed, the same id and each other's parameters", () => {
    const keys: string[] = [];
    const wire = new Wire();
    const keyLog: KeyLog = {
      ephemeral: () => undefined,
      sessionKeys: (id, initiator, responder) => keys.push(`${id} ${toHex(initiator)} ${toHex(responder)}`),
    };
    const a = wire.add("a", { keyLog, parameters: { windowBytes: 16_384, idleTimeoutMs: 3_000, ackDelayMs: 1 } });
    const b = wire.add("b", {
      keyLog,
      parameters: { windowBytes: 1_048_576, idleTimeoutMs: 120_000, ackDelayMs: 100 },
    });
    wire.dial(a, b);
    wire.settle();
    const [of, to] = [a.connections[0]?.setup, b.connections[0]?.setup];
    expect(of?.sendKey).toEqual(to?.receiveKey);
    expect(of?.receiveKey).toEqual(to?.sendKey);
    expect(of?.sendKey).not.toEqual(of?.receiveKey);
    expect(of?.sessionId).toEqual(to?.sessionId);
    expect(of?.peerParameters).toEqual(to?.localParameters);
    expect(to?.peerParameters).toEqual(of?.localParameters);
    expect(of?.role).toBe("initiator");
    expect(to?.role).toBe("responder");
    // Whose key is whose, by the keys that the initiator seals and opens with.
    const crossed = `${toHex(of?.sessionId ?? new Uint8Array(0))} ${toHex(of?.sendKey ?? new Uint8Array(0))} ${toHex(of?.receiveKey ?? new Uint8Array(0))}`;
    expect(keys).toEqual([crossed, crossed]);
  });

  // Requirements: H-38, RX-49
  it("tells the responder before the packet leaves that lets the initiator go on", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.step();
    wire.step();
    wire.step();
    // MSG3 arrived, and nothing was polled from b since.
    expect(typesOf(b)).toEqual(["established"]);
    expect(typesOf(a)).toEqual([]);
    wire.settle();
    expect(typesOf(a)).toEqual(["established"]);
  });

  // Requirement: R-16
  it("measures the round trip on both sides if each message left once", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    for (let message = 0; message < 4; message += 1) {
      // What leaves now arrives 20 ms later.
      const hold: (() => void)[] = [];
      wire.delivers = (sent) => {
        hold.push(() => wire.deliver(sent.datagram, sent.from.address, sent.to));
        return false;
      };
      wire.step();
      wire.nowMs += 20;
      for (const arrive of hold) arrive();
    }
    expect(a.connections[0]?.setup.handshakeRttMs).toBe(40);
    expect(b.connections[0]?.setup.handshakeRttMs).toBe(40);
  });

  // Requirement: R-16
  it("measures none at the responder if MSG2 left twice: nobody knows which of them MSG3 answers", () => {
    const { wire, a, b } = pair();
    let answers = 0;
    wire.delivers = ({ datagram }) => {
      if (datagram[1] === PacketType.MSG2) answers += 1;
      return datagram[1] !== PacketType.MSG2 || answers > 1;
    };
    wire.dial(a, b);
    wire.runUntil(wire.nowMs + 1_000);
    expect(answers).toBe(2);
    expect(b.connections).toHaveLength(1);
    expect(b.connections[0]?.setup.handshakeRttMs).toBeUndefined();
  });

  it("carries bytes both ways and tells of them once until taken", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.settle();
    const [atA, atB] = [a, b].map(({ events }) =>
      events[0]?.type === "established" ? events[0].connection : undefined,
    );
    expect(atA?.write(Uint8Array.of(1, 2, 3), wire.nowMs)).toBe(3);
    expect(a.endpoint.nextDeadlineMs()).toBe(wire.nowMs);
    wire.settle();
    expect(b.events).toMatchObject([{ type: "established" }, { type: "readable", connection: atB }]);
    expect(atB?.readableBytes).toBe(3);
    expect(atB?.read(10, wire.nowMs)).toEqual(Uint8Array.of(1, 2, 3));
    expect(atB).toMatchObject({
      transport: "udp-sec",
      role: "responder",
      isEstablished: true,
      end: undefined,
      writableBytes: 1024,
      unsentBytes: 0,
      isReadFinished: false,
      openedPackets: 1,
      lastReceiptMs: wire.nowMs,
      address: a.address,
      sessionIdHex: atA?.sessionIdHex,
    });
    atB?.finish(wire.nowMs);
    expect(atB?.stats()).toBeDefined();
    atA?.close(6, "bye", wire.nowMs);
    wire.settle();
    expect(a.events.at(-1)).toMatchObject({ type: "closed", end: { code: 6, by: "local" } });
    expect(b.events.at(-1)).toMatchObject({ type: "closed", end: { code: 6, by: "peer", reason: "bye" } });
    expect(b.endpoint.stats()).toMatchObject({ connections: 0, receiveReservedBytes: 0 });
  });

  // Requirement: H-54
  it("lets both dial at once: two connections live", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.dial(b, a);
    wire.settle();
    expect(typesOf(a)).toEqual(expect.arrayContaining(["established", "established"]));
    expect(a.endpoint.stats()).toMatchObject({ connections: 2 });
    expect(b.endpoint.stats()).toMatchObject({ connections: 2 });
  });

  // Requirement: H-53
  it("replaces the older connection of the same peer and direction, and only once the newer is confirmed", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.settle();
    // Restart: the same device from another port, with a fresh endpoint.
    const again = wire.add("again", { identity: a.identity, address: { host: "10.0.0.1", port: 4_001 } });
    wire.dial(again, b);
    wire.settle();
    expect(b.connections.map(({ end }) => end?.name)).toEqual([undefined, undefined]);
    const established = again.events[0];
    if (established?.type === "established") established.connection.finish(wire.nowMs);
    wire.settle();
    expect(b.connections.map(({ end }) => end?.name)).toEqual(["REPLACED", undefined]);
    expect(b.events.filter(({ type }) => type === "closed")).toMatchObject([
      { end: { name: "REPLACED", by: "local" } },
    ]);
  });

  // Requirement: H-53
  it("does not replace for a CLOSE: that of an attempt that was given up, held back until the next one has a session", () => {
    const { wire, a, b } = pair();
    wire.delivers = ({ from, datagram }) => (from === a ? datagram[1] === 0x01 : true);
    wire.dial(a, b);
    wire.runUntil(wire.nowMs + 10_000);
    const late = [wire.sentOf("MSG3", a)[0], wire.sentOf("CLOSE", a)[0]];
    wire.delivers = () => true;
    wire.dial(a, b);
    wire.settle();
    for (const sent of late) wire.deliver(sent?.datagram ?? new Uint8Array(0), a.address, b.address);
    wire.settle();
    expect(b.connections.map(({ end }) => end?.name)).toEqual([undefined, "APPLICATION"]);
  });

  // Requirement: H-53
  it("does not end a newer one that is not confirmed yet when the older is", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.settle();
    wire.dial(a, b);
    // The second MSG3 arrives; its PING doesn't come back, so nothing of the second is sent by a.
    wire.delivers = ({ from, datagram }) => from === a || datagram[1] !== 0x12;
    wire.settle();
    const first = a.events[0];
    if (first?.type === "established") first.connection.finish(wire.nowMs);
    wire.settle();
    expect(b.connections.map(({ openedPackets, end }) => [openedPackets, end])).toEqual([
      [1, undefined],
      [0, undefined],
    ]);
  });

  it("replaces on request, for a connection over another transport", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.settle();
    expect(a.endpoint.replace(b.identity.deviceId, false, wire.nowMs)).toBe(false);
    expect(a.endpoint.replace(b.identity.deviceId, true, wire.nowMs)).toBe(true);
    expect(a.endpoint.takeEvents()).toMatchObject([{ type: "closed", end: { name: "REPLACED" } }]);
    expect(a.endpoint.replace(b.identity.deviceId, true, wire.nowMs)).toBe(false);
  });

  // Requirements: H-40, RX-38
  it("answers a repeated MSG3 on the live connection with one PING per 250 ms", () => {
    const { wire, a, b } = pair();
    wire.dial(a, b);
    wire.settle();
    const msg3 = wire.sentOf("MSG3")[0];
    if (msg3 === undefined) throw new Error("no MSG3");
    const repeat = () => {
      wire.deliver(msg3.datagram, a.address, b.address);
      wire.step();
      return wire.sentOf("PING", b).length;
    };
    wire.nowMs += 249;
    expect(repeat()).toBe(1);
    wire.nowMs += 1;
    expect(repeat()).toBe(2);
    expect(repeat()).toBe(2);
    wire.nowMs += 250;
    wire.deliver(msg3.datagram.with(100, 1 ^ (msg3.datagram[100] ?? 0)), a.address, b.address);
    wire.step();
    expect(wire.sentOf("PING", b)).toHaveLength(2);
    expect(b.endpoint.stats().drops).toEqual({ "repeat-throttled": 2, "unexpected-handshake": 1 });
  });
});
