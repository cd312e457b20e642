import { beforeEach, describe, expect, it } from "vitest";
import { AttackedConnection, zeros } from "./attacked-connection.fixture.ts";
import type { PairOptions } from "./connection-pair.fixture.ts";
import type { Connection } from "./connection.ts";
import type { ForgedPeer } from "./forged-peer.fixture.ts";
import { PacketType } from "../packet/header.ts";
import type { ParsedPacket } from "../packet/packet-content.ts";

let attacked: AttackedConnection;
let peer: ForgedPeer;
let connection: Connection;

function make(options: PairOptions = {}): void {
  attacked = new AttackedConnection(options);
  ({ peer, connection } = attacked);
}

const drain = (nowMs: number): ParsedPacket[] => attacked.drain(nowMs);

/** Sends so many packets. @returns the numbers of those and of what left with them */
function sendPackets(count: number): number[] {
  const numbers: number[] = [];
  for (let index = 0; index < count; index += 1) {
    connection.sendPing(0);
    numbers.push(...drain(0).map(({ header }) => header.packetNumber));
  }
  return numbers;
}

beforeEach(() => {
  make();
});

describe("a peer that breaks a rule is told so", () => {
  // Requirements: P-6, P-7, P-18, R-31, RX-66, RX-70, RX-72
  it.each<[string, () => Uint8Array, string]>([
    ["acknowledges what was not sent", () => peer.ping({ ack: 1 }), "PROTOCOL"],
    ["sets bits without ack", () => peer.ping({ ackBits: 1 }), "PROTOCOL"],
    ["has delivered what was not sent", () => peer.ping({ delivered: 1 }), "PROTOCOL"],
    ["sends an empty DATA without FIN", () => peer.data(0, zeros(0), false), "PROTOCOL"],
    ["sends bytes in a PING", () => peer.ping({}, 1), "PROTOCOL"],
    ["sends ranges with a small ack", () => peer.ack([{ first: 1, last: 1 }]), "PROTOCOL"],
    ["sends beyond credit", () => peer.data(262_143, zeros(2), false), "FLOW_CONTROL"],
    ["changes the final size", () => (connection.receive(peer.data(5, zeros(0), true), 1), peer.data(4, zeros(2), false)), "PROTOCOL"], // prettier-ignore
  ])("%s", (_what, forge, name) => {
    expect(connection.receive(forge(), 1)).toBeUndefined();
    expect(connection.end).toMatchObject({ name, by: "local" });
    expect(drain(1)[0]?.content).toMatchObject({ type: "close", code: connection.end?.code });
  });

  // Requirements: P-15, RX-60
  it.each(
    (["DATA", "ACK", "PING", "CLOSE"] as const).flatMap((type) => [0, 8, 15].map((length) => [type, length] as const)),
  )("seals a %s around a plaintext of %i bytes, less than the receiver state", (type, length) => {
    expect(connection.receive(peer.zeros(PacketType[type], length), 1)).toBeUndefined();
    expect(connection.end).toMatchObject({ name: "PROTOCOL", by: "local" });
  });

  // Requirements: P-6, RX-71
  it("acknowledges a skipped packet number, in bitmap or range", () => {
    sendPackets(120);
    connection.receive(peer.ping({ ack: 121, ackBits: 0 }), 1);
    expect(connection.end).toBeUndefined();
    connection.receive(peer.ack([{ first: 60, last: 63 }], { ack: 121 }), 1);
    expect(connection.end).toBeUndefined();
    connection.receive(peer.ack([{ first: 60, last: 64 }], { ack: 121 }), 1);
    expect(connection.end?.name).toBe("PROTOCOL");
  });
});

describe("what isn't authenticated changes nothing and is answered with nothing", () => {
  // Requirements: P-16, P-17, P-21, RX-54, RX-55, RX-56, RX-57
  it("counts by reason and stays silent", () => {
    drain(0);
    const before = connection.nextDeadlineMs();
    const good = peer.ping();
    const flipped = good.slice();
    flipped[40] = (flipped[40] ?? 0) ^ 1;
    expect(connection.receive(flipped, 1)).toBe("failed-open");
    expect(connection.receive(good.subarray(0, 20), 1)).toBe("too-short");
    const withoutTag = good.slice(0, 41);
    withoutTag[24] = 15;
    expect(connection.receive(withoutTag, 1)).toBe("too-short");
    expect(connection.receive(zeros(1_201), 1)).toBe("oversize");
    expect(
      connection.receive(
        Uint8Array.from(good, (byte, at) => (at === 0 ? 2 : byte)),
        1,
      ),
    ).toBe("bad-version");
    expect([connection.openedPackets, connection.nextDeadlineMs(), drain(1).length]).toEqual([0, before, 0]);
    expect(connection.stats().drops).toEqual({ "failed-open": 1, "too-short": 2, oversize: 1, "bad-version": 1 });
    expect(connection.receive(good, 1)).toBeUndefined();
    expect(connection.receive(good, 1)).toBe("duplicate");
    expect([connection.openedPackets, connection.stats().counters.duplicates]).toEqual([1, 1]);
  });

  // Requirements: P-24, RX-55
  it.each([
    [2, undefined],
    [3, "AEAD_LIMIT"],
    [4, "AEAD_LIMIT"],
  ])("after %i failed opens of 3 the end is %s", (count, name) => {
    make({ limits: { failedOpens: 3 } });
    for (let index = 0; index < count; index += 1) connection.receive(zeros(60).fill(1, 0, 1).fill(0x12, 1, 2).fill(1, 12, 13).fill(34, 24, 25), 1); // prettier-ignore
    expect(connection.end?.name).toBe(name);
  });
});

describe("bounds", () => {
  // Requirement: P-23
  it.each([
    [9, undefined],
    [10, "KEY_EXHAUSTED"],
  ])("after %i packets of 10 the end is %s, and CLOSE goes beyond", (count, name) => {
    make({ limits: { lastPacketNumber: 10 } });
    const numbers = sendPackets(count);
    expect(connection.end?.name).toBe(name);
    expect(numbers.at(-1)).toBe(name === undefined ? 9 : 11);
  });

  // Requirements: P-22, B-7, RX-78
  it("leaves a packet unacknowledged that doesn't fit among 1,024 segments, takes the next in order", () => {
    for (let index = 1; index <= 1_024; index += 1) connection.receive(peer.data(2 * index, zeros(1), false), 1);
    expect(connection.receive(peer.data(3_000, zeros(1), false), 1)).toBe("reassembly-full");
    drain(1);
    expect(connection.stats()).toMatchObject({
      largestReceivedPacketNumber: 1_024,
      held: { outOfOrderSegments: 1_024 },
    });
    expect(connection.receive(peer.data(0, zeros(2), false), 1)).toBeUndefined();
    expect(connection.readableBytes).toBe(3);
  });

  // Requirement: F-4
  it("sends no more than the window, however much is written", () => {
    const bytes = zeros(3 * 1024 * 1024);
    expect(connection.write(bytes, 0)).toBe(2 * 1024 * 1024);
    expect(connection.write(bytes, 0)).toBe(0);
    drain(0);
    expect(connection.stats().inFlightBytes).toBeLessThanOrEqual(12_000);
    expect(connection.stats().inFlightBytes).toBeGreaterThan(10_800);
  });
});

describe("acknowledgements that leave", () => {
  // Requirement: R-5
  it("come at once on a gap, with what the bitmap can't show as ranges", () => {
    for (let pn = 1; pn <= 40; pn += 1) connection.receive(peer.ping({ pn: 2 * pn }), 5);
    const last = drain(5).at(-1);
    expect(last?.header).toMatchObject({ ack: 80, ackBits: 0xaaaa_aaaa });
    const content = last?.content;
    expect(content?.type === "ack" ? content.ranges.length : 0).toBe(23);
  });

  // Requirement: R-7
  it("are made every 32nd packet of a batch and at its end", () => {
    for (let pn = 1; pn <= 70; pn += 1) connection.receive(peer.ping(), 5);
    expect(drain(5).map(({ header }) => header.ack)).toEqual([32, 64, 70]);
  });

  // Requirements: R-4, P-9
  it("wait for the ack delay when one packet came, and tell how long they waited", () => {
    connection.receive(peer.data(0, zeros(10), false), 5);
    expect(drain(5)).toEqual([]);
    expect(connection.nextDeadlineMs()).toBe(30);
    const [ack] = drain(30);
    expect(ack).toMatchObject({ content: { type: "ack" }, ackDelayUs: 25_000 });
  });

  // Requirements: R-5, RX-79, RX-82
  it("come at once for what only asks for an answer: PING, or DATA that had been delivered", () => {
    connection.receive(peer.ping(), 5);
    expect(drain(5).map(({ header }) => header.ack)).toEqual([1]);
    connection.receive(peer.data(0, zeros(10), false), 6);
    expect(drain(6)).toEqual([]);
    connection.receive(peer.data(0, zeros(10), false), 7);
    expect(drain(7).map(({ header }) => header.ack)).toEqual([3]);
    connection.receive(peer.data(0, zeros(9), false), 8);
    expect(drain(8).map(({ header }) => header.ack)).toEqual([4]);
  });

  // Requirement: R-7
  it.each([
    ["PING", 2, 1],
    ["PING", 64, 2],
    ["PING", 65, 3],
    ["repeated DATA", 2, 1],
    ["repeated DATA", 64, 2],
    ["repeated DATA", 65, 3],
  ])("make no storm: %s that comes %i times in one batch gets %i", (kind, count, acks) => {
    connection.receive(peer.data(0, zeros(10), false), 5);
    drain(30);
    for (let index = 0; index < count; index += 1) {
      connection.receive(kind === "PING" ? peer.ping() : peer.data(0, zeros(10), false), 40);
    }
    expect(drain(40).map(({ content }) => content.type)).toEqual(Array.from({ length: acks }, () => "ack"));
    expect(drain(1_000)).toEqual([]);
  });

  // Requirement: R-9
  it("leave though the window is full", () => {
    connection.write(zeros(100_000), 0);
    expect(drain(0).length).toBe(10);
    expect(drain(1)).toEqual([]);
    connection.receive(peer.ping(), 1);
    expect(drain(1).map(({ header, content }) => [content.type, header.ack])).toEqual([["ack", 1]]);
  });

  it("ride on DATA that waits when a PING asks: nothing else leaves", () => {
    connection.write(zeros(10), 5);
    connection.receive(peer.ping(), 5);
    expect(drain(5).map(({ header, content }) => [content.type, header.ack])).toEqual([["data", 1]]);
  });

  // Requirement: R-8
  it("are carried by DATA, but every 32nd packet gets an ACK, before the DATA", () => {
    const kinds: string[][] = [];
    for (let pn = 1; pn <= 64; pn += 1) {
      connection.receive(peer.ping(), pn);
      connection.write(zeros(1), pn);
      kinds.push(drain(pn).map(({ content }) => content.type));
    }
    const alone = Array.from({ length: 31 }, () => ["data"]);
    expect(kinds).toEqual([...alone, ["ack", "data"], ...alone, ["ack", "data"]]);
  });

  // Requirement: R-12
  it("ask for one of their own after 64 that nobody acknowledged", () => {
    const kinds: string[] = [];
    for (let pn = 1; pn <= 130; pn += 1) {
      connection.receive(peer.data(pn - 1, zeros(1), false), pn);
      kinds.push(...drain(pn).map(({ content }) => content.type));
    }
    expect(kinds.indexOf("ping")).toBe(64);
    expect(kinds.filter((kind) => kind === "ping").length).toBeLessThanOrEqual(2);
  });
});
