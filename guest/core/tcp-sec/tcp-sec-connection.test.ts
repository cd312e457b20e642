import { describe, expect, test } from "vitest";
import { toHex } from "../bytes/hex.ts";
import { CLIENT, ConnectionPair, crypto, OTHER, pattern, readAll, SERVER } from "./connection-pair.fixture.ts";

describe("handshake", () => {
  // Requirements: T-1, T-2, T-5
  test("both sides are established and know each other; messages are 48, 144, 160 bytes", () => {
    const pair = new ConnectionPair();
    expect(pair.move(pair.a, pair.b)).toBe(2 + 48);
    expect(pair.move(pair.b, pair.a)).toBe(2 + 144);
    expect([pair.a.isEstablished, pair.b.isEstablished]).toEqual([false, false]);
    expect(pair.move(pair.a, pair.b)).toBe(2 + 160);
    expect([pair.a.isEstablished, pair.b.isEstablished]).toEqual([false, true]);
    expect(pair.move(pair.b, pair.a)).toBe(2 + 17);
    const ofClient = { deviceId: CLIENT.deviceId, staticPublicKey: CLIENT.staticPublicKey };
    expect(pair.a.takeEvents()).toEqual([{ type: "established", peer: SERVER }]);
    expect(pair.b.takeEvents()).toEqual([{ type: "established", peer: ofClient }]);
    expect(pair.b.peer).toEqual(ofClient);
  });

  test("the responder is asked with device id and static key", () => {
    const asked: string[][] = [];
    new ConnectionPair({ authorise: (...args) => asked.push(args) > 0 }).settle();
    expect(asked).toEqual([[CLIENT.deviceId, toHex(CLIENT.staticPublicKey)]]);
  });

  // Requirement: T-6
  test("nothing is written or read before", () => {
    const { a } = new ConnectionPair();
    expect([a.writableBytes, a.write(pattern(5), 0), a.readableBytes]).toEqual([0, 0, 0]);
    a.finish(0);
    expect(a.end).toBeUndefined();
  });

  // Requirements: H-57, T-11, RX-93
  test("an unknown peer gets CLOSE AUTH as the first record, and no reason", () => {
    const pair = new ConnectionPair({ authorise: () => false }).settle();
    const heard = { name: "AUTH", code: 3, reason: "", by: "peer" };
    expect(pair.b.end).toEqual({ name: "AUTH", code: 3, reason: "unknown peer", by: "local" });
    expect(pair.a.end).toEqual(heard);
    expect(pair.a.takeEvents()).toEqual([{ type: "closed", end: heard }]);
  });

  test.each([
    ["another device with this static key", { deviceId: OTHER.deviceId, staticPublicKey: SERVER.staticPublicKey }, "a"],
    ["another static key", { deviceId: SERVER.deviceId, staticPublicKey: OTHER.staticPublicKey }, "b"],
  ] as const)("dialling %s ends with AUTH and nothing more is sent", (_what, peer, side) => {
    const pair = new ConnectionPair({ peer });
    pair.move(pair.a, pair.b);
    pair.move(pair.b, pair.a);
    expect(pair[side].end).toMatchObject({ name: "AUTH", code: undefined, by: "local" });
    expect([pair[side].isDead, pair[side].takeOutput(65_536, 0)]).toEqual([true, undefined]);
    pair.settle();
    expect([pair.a.isEstablished, pair.b.isEstablished]).toEqual([false, false]);
  });

  // Requirements: T-7, T-12, RX-90
  test.each([
    [47, true],
    [48, false],
    [49, true],
    [65_535, true],
  ])("message 1 of %i bytes ends it before its bytes came: %s", (length, expected) => {
    const { b } = new ConnectionPair();
    b.receiveBytes(Uint8Array.of(length & 0xff, length >> 8), 0);
    expect(b.isDead).toBe(expected);
    expect(b.end?.name).toBe(expected ? "PROTOCOL" : undefined);
  });

  // Requirements: T-16, RX-103
  test("deadline 5 s: not before, then HANDSHAKE_TIMEOUT, on both sides and before ACCEPT", () => {
    const pair = new ConnectionPair();
    pair.step();
    pair.move(pair.a, pair.b);
    expect([pair.a.nextDeadlineMs(), pair.b.nextDeadlineMs()]).toEqual([5_000, undefined]);
    pair.a.poll(4_999);
    expect(pair.a.isDead).toBe(false);
    pair.a.poll(5_000);
    expect([pair.a.isDead, pair.a.end?.name, pair.a.nextDeadlineMs()]).toEqual([true, "HANDSHAKE_TIMEOUT", undefined]);
    const { b } = new ConnectionPair();
    b.poll(5_000);
    expect([b.isDead, b.end?.name]).toEqual([true, "HANDSHAKE_TIMEOUT"]);
  });

  test("a TCP end in the handshake is TRUNCATED", () => {
    const { a } = new ConnectionPair();
    a.receiveEnd(0);
    expect(a.end).toEqual({ name: "TRUNCATED", code: undefined, reason: "", by: "peer" });
  });

  // Requirements: K-10, X-3
  test("trace and key log tell what they are asked to", () => {
    const events: string[] = [];
    const keys: string[] = [];
    const ephemerals: string[] = [];
    const given: Uint8Array[] = [];
    new ConnectionPair({
      options: {
        trace: { event: (_timeMs, name, _connection, data) => events.push(`${name} ${String(data["new"])}`) },
        keyLog: {
          ephemeral: (publicKey, secretKey) => {
            expect(crypto.x25519Key(secretKey).publicKey).toEqual(publicKey);
            ephemerals.push(toHex(publicKey));
            given.push(secretKey);
          },
          sessionKeys: (hash, initiatorKey, responderKey) =>
            keys.push(`${hash} ${toHex(initiatorKey)} ${toHex(responderKey)}`),
        },
      },
    }).settle();
    expect(events).toEqual(new Array(2).fill("connectivity:connection_state_updated established"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    // One for each side, drawn before its first byte.
    expect(new Set(ephemerals).size).toBe(2);
    expect(given.flatMap((secret) => [...secret])).toEqual(new Array(64).fill(0));
  });
});

describe("stream", () => {
  // Requirement: T-18
  test("the send buffer: limit - 1, limit, limit + 1, and one writable when half of it is free", () => {
    const pair = new ConnectionPair({ limits: { sendBufferBytes: 1_000 } }).settle();
    pair.a.takeEvents();
    expect([pair.a.write(pattern(999), 0), pair.a.writableBytes]).toEqual([999, 1]);
    expect([pair.a.write(pattern(1), 0), pair.a.write(pattern(1), 0)]).toEqual([1, 0]);
    expect(pair.a.unsentBytes).toBe(1_000);
    pair.a.takeOutput(19 + 499, 0);
    expect(pair.a.takeEvents()).toEqual([]);
    pair.a.takeOutput(19 + 1, 0);
    expect(pair.a.takeEvents()).toEqual([{ type: "writable" }]);
    expect([pair.a.unsentBytes, pair.a.takeOutput(0, 0)]).toEqual([500, undefined]);
  });

  // Requirement: T-18
  test("reading stops when W is full and goes on when it was read: limit - 1, limit", () => {
    const pair = new ConnectionPair({ limits: { windowBytes: 1_000, recordPayloadBytes: 333 } }).settle();
    pair.a.write(pattern(5_000), 0);
    pair.step();
    pair.step();
    pair.step();
    expect([pair.b.readableBytes, pair.b.wantsToRead]).toEqual([999, true]);
    pair.step();
    expect([pair.b.readableBytes, pair.b.wantsToRead]).toEqual([1_332, false]);
    expect(readAll(pair, pair.b)).toEqual(pattern(5_000));
  });

  test("what came with the last piece waits undecoded while W is full, and isn't lost", () => {
    const pair = new ConnectionPair({ limits: { windowBytes: 1_000, recordPayloadBytes: 600 } }).settle();
    pair.a.write(pattern(3_000), 0);
    pair.a.finish(0);
    const pieces: number[] = [];
    for (let bytes = pair.a.takeOutput(9_999, 0); bytes !== undefined; bytes = pair.a.takeOutput(9_999, 0)) {
      pieces.push(...bytes);
    }
    pair.b.receiveBytes(Uint8Array.from(pieces), 0);
    pair.b.receiveEnd(0);
    expect([pair.b.readableBytes, pair.b.end, pair.b.wantsToRead]).toEqual([1_200, undefined, false]);
    expect(pair.b.stats().undecodedBytes).toBeGreaterThan(1_800);
    expect(readAll(pair, pair.b)).toEqual(pattern(3_000));
    expect(pair.b.isReadFinished).toBe(true);
  });

  test.each([
    [1_999, undefined],
    [2_000, undefined],
    [2_001, "FLOW_CONTROL"],
  ])("%i undecoded bytes of a bound of 2000: %s", (length, expected) => {
    const pair = new ConnectionPair({ limits: { undecodedBytes: 2_000 } }).settle();
    const partial = new Uint8Array(length);
    partial.set([0xff, 0xff]);
    pair.b.receiveBytes(partial, 0);
    expect(pair.b.end?.name).toBe(expected);
  });

  test("stats tell what is held; receipt is told", () => {
    const pair = new ConnectionPair().settle();
    pair.nowMs = 77;
    pair.a.write(pattern(100), 77);
    pair.step();
    expect(pair.b.lastReceiptMs).toBe(77);
    expect(pair.b.stats()).toMatchObject({
      state: "established",
      unreadBytes: 100,
      undecodedBytes: 0,
      recordsOpened: 1,
    });
    expect(new ConnectionPair().a.stats()).toMatchObject({ state: "handshake", sendBufferedBytes: 0, heldBytes: 50 });
  });
});
