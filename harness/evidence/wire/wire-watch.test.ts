import { describe, expect, test } from "vitest";
import {
  plantedArp,
  plantedEthernet,
  plantedIcmp,
  plantedIpv4,
  plantedTcp,
  plantedUdp,
  TCP_FLAG,
  type PlantedWay,
} from "../../sabotage/tamper/planted-frames.ts";
import type { Direction } from "../../capture/captured-frame.ts";
import { decodePacket } from "../scene/decode/packet.ts";
import { MSG1, MSG2 } from "../scene/decode/udp-sec-header.ts";
import type { Wire } from "../scene/wire-plan.ts";
import { WireWatch } from "./wire-watch.ts";

const PORT = 37_024;
const CLIENT = 40_000;
const A = { mac: Buffer.from("525400240100", "hex"), ip: Buffer.from([10, 24, 0, 1]) };
const B = { mac: Buffer.from("525400240200", "hex"), ip: Buffer.from([10, 24, 0, 2]) };
const OUT: PlantedWay = { from: A, to: B };
const BACK: PlantedWay = { from: B, to: A };
const WIRE: Wire = {
  stations: [
    { mac: "52:54:00:24:01:00", ip: "10.24.0.1", tap: "a.0" },
    { mac: "52:54:00:24:02:00", ip: "10.24.0.2", tap: "b.0" },
    { mac: "52:56:00:00:00:02", ip: "fe80::2", tap: undefined },
  ],
  listeners: [{ ip: "10.24.0.2", port: PORT }],
  gateProbes: 0,
};
/** As QEMU 7.2 sends it every few minutes. */
const ADVERTISEMENT = Buffer.from(
  "33330000000152560000000286dd6000000000383afffe800000000000000000000000000002ff020000000000000000000000000001" +
    "8600155e4000070800000000000000000101525600000002030440c0000151800000384000000000fec00000000000000000000000000000",
  "hex",
);

interface Seen {
  readonly bytes: Buffer;
  readonly direction?: Direction;
  readonly atUs?: number;
}

/** At a's NIC. @returns what is wrong with each frame, in order */
function watched(frames: readonly (Buffer | Seen)[], wire = WIRE): (string | undefined)[] {
  const watch = new WireWatch("a.0", wire);
  return frames.map((each) => {
    const { bytes, direction, atUs = 0 }: Seen = Buffer.isBuffer(each) ? { bytes: each } : each;
    const isOwn = bytes.subarray(6, 12).equals(A.mac);
    const captured = { bytes, wireLength: bytes.length, timeUs: atUs, direction: "unknown" as const, comments: [] };
    return watch.take({ captured, direction: direction ?? (isOwn ? "sent" : "received"), packet: decodePacket(bytes) });
  });
}

function problem(frames: readonly (Buffer | Seen)[], wire = WIRE): string | undefined {
  return watched(frames, wire).find((each) => each !== undefined);
}

function message(type: number, id = "0a0b0c0d1a1b1c1d", bytes = 100): Buffer {
  const head = Buffer.alloc(26);
  head.set([1, type]);
  head.write(id, 4, "hex");
  // A packet has a number, a message of the handshake has none.
  head.writeUInt32LE(type < 0x10 ? 0 : 1, 12);
  head.writeUInt16LE(bytes, 24);
  return Buffer.concat([head, Buffer.alloc(bytes, 7)]);
}

const udpOut = (payload: Buffer, ports: readonly [number, number] = [CLIENT, PORT]): Buffer =>
  plantedUdp(OUT, ports, payload);
const udpBack = (payload: Buffer): Buffer => plantedUdp(BACK, [PORT, CLIENT], payload);
const { syn, ack, psh, fin, rst } = TCP_FLAG;
const tcpOut = (flags: number, sequence: number, acknowledgement = 0, payload = Buffer.alloc(0)): Buffer =>
  plantedTcp(OUT, [CLIENT, PORT], { flags, sequence, acknowledgement, payload });
const tcpBack = (flags: number, sequence: number, acknowledgement = 0, payload = Buffer.alloc(0)): Buffer =>
  plantedTcp(BACK, [PORT, CLIENT], { flags, sequence, acknowledgement, payload });
const OPENED = [tcpOut(syn, 10), tcpBack(syn | ack, 90, 11), tcpOut(ack, 11, 91)];
const ANSWER = (way: PlantedWay): Buffer => {
  const frame = plantedArp(way, way.to.ip);
  frame.writeUInt16BE(2, 20);
  way.to.mac.copy(frame, 0);
  way.to.mac.copy(frame, 32);
  return frame;
};

describe("what kernels send is legal", () => {
  test("questions for addresses and their answers, filled up with zeros", () => {
    const padded = Buffer.concat([plantedArp(BACK, A.ip), Buffer.alloc(18)]);
    expect(problem([plantedArp(OUT, B.ip), padded, ANSWER(OUT)])).toBeUndefined();
  });

  test("a session: its handshake, what is sealed, and that a port is closed", () => {
    const refused = udpBack(message(0x10));
    const quote = refused.subarray(14);
    const closed = plantedIcmp(OUT, 3, 3, Buffer.concat([Buffer.alloc(4), quote]));
    const frames = [udpOut(message(MSG1)), udpBack(message(MSG2)), udpOut(message(0x10)), refused, closed];
    expect(problem(frames)).toBeUndefined();
    expect(problem([...frames, closed])).toBe("ICMP that quotes no datagram that came, or one for the second time");
  });

  test("TCP from its SYN to its end, with repeats, keepalives and resets", () => {
    const said = Buffer.from("said");
    const talk = [
      ...[tcpOut(psh | ack, 11, 91, said), tcpBack(ack, 91, 15), tcpOut(psh | ack, 11, 91, said), tcpOut(ack, 14, 91)],
      ...[tcpOut(fin | ack, 15, 91), tcpBack(fin | ack, 91, 16), tcpOut(ack, 16, 92), tcpOut(rst | ack, 16, 92)],
    ];
    expect(problem([...OPENED, ...talk])).toBeUndefined();
    expect(problem([tcpOut(syn, 10), tcpBack(rst | ack, 0, 11), tcpOut(syn, 10)])).toBeUndefined();
  });

  test("the user network's advertisement, now and then", () => {
    const at = (minutes: number): Seen => ({ bytes: ADVERTISEMENT, atUs: minutes * 60e6 });
    expect(problem([at(0), at(4), at(10), at(14)])).toBeUndefined();
    expect(problem([at(0), at(0), at(0)])).toBe("3 router advertisements, at most 2");
    const other = Buffer.from(ADVERTISEMENT);
    other.writeUInt8(1, 100);
    expect(problem([other])).toBe("IPv6 that is not the user network's advertisement");
  });
});

describe("what another NIC sent is judged there", () => {
  test("and not here, whatever the way made of it", () => {
    expect(problem([{ bytes: plantedIpv4(BACK, 253, Buffer.from("x")), direction: "received" }])).toBeUndefined();
  });

  test("unless it says that it left here: at the switch nobody lends an address", () => {
    const lent = plantedUdp({ from: B, to: A }, [PORT, CLIENT], message(MSG2));
    expect(problem([{ bytes: lent, direction: "sent" }])).toBe("a frame from the address of b.0");
  });
});

describe("what else is told", () => {
  const shorter = (bytes: Buffer, at: number): Buffer => bytes.subarray(0, at);
  const with8 = (bytes: Buffer, at: number, value: number): Buffer => {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(value, at);
    return changed;
  };
  const MSG = udpOut(message(MSG1));

  test.each<[string, readonly Buffer[], string]>([
    ["a runt", [shorter(MSG, 10)], "10 bytes are no Ethernet frame"],
    ["ARP of another hardware", [with8(plantedArp(OUT, B.ip), 15, 6)], "ARP of another form"],
    ["ARP in another's name", [with8(plantedArp(OUT, B.ip), 31, 9)], "ARP that calls 52:54:00:24:01:00 10.24.0.9"],
    ["a question that knows its answer", [with8(plantedArp(OUT, B.ip), 37, 1)], "an ARP request that knows its answer"],
    ["an answer that nobody asked for", [ANSWER(OUT)], "ARP 1 times, at most 0: 10.24.0.1 answers 10.24.0.2"],
    ["an operation of nobody's", [with8(plantedArp(OUT, B.ip), 21, 3)], "ARP of operation 3"],
    ["half an IP header", [shorter(MSG, 30)], "16 bytes of IPv4"],
    ["a packet longer than its frame", [shorter(MSG, 100)], "an IPv4 packet of 154 bytes in 86"],
    ["padding that says something", [plantedPadding("x")], "padding of 10 bytes that isn't zero"],
    ["somebody else's address", [plantedIpv4({ ...OUT, from: { ...A, ip: B.ip } }, 17, Buffer.alloc(8))], "IPv4 from"],
    ["nobody's address", [plantedIpv4({ ...OUT, to: { ...B, ip: A.ip } }, 17, Buffer.alloc(8))], "IPv4 to 10.24.0.1"],
    ["UDP without a header", [plantedIpv4(OUT, 17, Buffer.alloc(4))], "UDP of 4 bytes"],
    ["another port", [udpOut(message(MSG1), [CLIENT, 5_353])], "UDP beside the session port: 40000 to 5353"],
    ["a service's port", [udpOut(message(MSG1), [53, PORT])], "UDP of a service's port: 53 to 37024"],
    ["no packet", [udpOut(Buffer.alloc(30))], "UDP on the session port that is no packet of the protocol: 30 bytes"],
    ["an empty datagram", [udpOut(Buffer.alloc(0))], "an empty UDP datagram"],
    ["what is sealed before a handshake", [udpOut(message(0x11))], "a sealed packet of session 0a0b0c0d1a1b1c1d"],
    ["ICMP without a quote", [plantedIcmp(OUT, 3, 3, Buffer.alloc(4))], "ICMP of 8 bytes"],
    ["a client that answers itself", [tcpOut(syn | ack, 10, 5)], "TCP of a connection that nobody opened: 0 bytes"],
    ["data before the answer", [tcpOut(syn, 10), tcpOut(ack, 11, 5)], "TCP that acknowledges what was never sent"],
    ["a hole", [...OPENED, tcpOut(psh | ack, 20, 91)], "TCP with a sequence number 9 from where it is"],
    [
      "what was never sent, acknowledged",
      [...OPENED, tcpOut(ack, 11, 99)],
      "TCP that acknowledges what was never sent",
    ],
    ["resets", [tcpOut(syn, 10), ...Array<Buffer>(2).fill(tcpOut(rst, 11))], "more resets than anybody provoked"],
    ["a SYN for ever", Array<Buffer>(12).fill(tcpOut(syn, 10)), "a SYN that is repeated for ever"],
    ["acknowledgements", [...OPENED, ...Array<Buffer>(90).fill(tcpOut(ack, 11, 91))], "more acknowledgements than"],
    ["many sockets", Array.from({ length: 17 }, (_, at) => udpOut(message(MSG1), [CLIENT + at, PORT])), "UDP from 17"],
  ])("%s", (_, frames, text) => {
    expect(problem(frames)?.startsWith(text)).toBe(true);
  });

  test("an empty datagram tries a gate, where one is to be tried", () => {
    const tries = Array<Buffer>(5).fill(udpOut(Buffer.alloc(0)));
    const expected = [...Array<undefined>(4).fill(undefined), "an empty UDP datagram"];
    expect(watched(tries, { ...WIRE, gateProbes: 1 })).toEqual(expected);
  });

  /** 42 bytes with a datagram that is none, and ten behind it. */
  function plantedPadding(text: string): Buffer {
    return Buffer.concat([plantedIpv4(OUT, 17, Buffer.alloc(8)), Buffer.alloc(10, text)]);
  }

  test("IPv6 of a guest", () => {
    expect(problem([plantedEthernet(OUT, 0x86dd, ADVERTISEMENT.subarray(14))])).toBe("IPv6, which no guest has");
  });
});
