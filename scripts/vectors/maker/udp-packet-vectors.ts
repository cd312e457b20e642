/** fixtures/vectors/udp-packets.json: the packets of a short connection, and packets that end one or must be dropped. */
import { ascii, hex, join, u64 } from "../../../harness/observer/crypto/bytes.ts";
import { TYPES } from "../../../harness/observer/wire/udp-header.ts";
import { ackBody, closeBody, receiverState, sealedPacket } from "../../../harness/observer/wire/sealed-packet.ts";
import { negativeBodies } from "./udp-negative-bodies.ts";
import { negativeSequences } from "./udp-negative-sequences.ts";
import { STAGE } from "./udp-stage.ts";
import type { Json, MadeFile } from "./vector-file.ts";

type Name = "DATA" | "ACK" | "PING" | "CLOSE";

interface PacketFields {
  readonly from: "initiator" | "responder";
  readonly type: Name;
  readonly fin?: boolean;
  readonly pn: number;
  readonly ack: number;
  readonly ack_bits: number;
  readonly delivered: number;
  readonly window: number;
  readonly offset?: number;
  readonly data?: string;
  readonly ranges?: readonly (readonly [number, number])[];
  readonly code?: number;
  readonly reason?: string;
}

const W = 262_144;

/**
 * The initiator sends "hello" and FIN as soon as it is open, the responder "world" and FIN once it has read it. Everything happens in the
 * same instant, so every ack_delay is 0.
 */
const CONNECTION: readonly PacketFields[] = [
  { from: "responder", type: "PING", pn: 1, ack: 0, ack_bits: 0, delivered: 0, window: W },
  {
    from: "initiator",
    type: "DATA",
    fin: true,
    pn: 1,
    ack: 1,
    ack_bits: 0,
    delivered: 0,
    window: W,
    offset: 0,
    data: hex(ascii("hello")),
  },
  {
    from: "responder",
    type: "DATA",
    fin: true,
    pn: 2,
    ack: 1,
    ack_bits: 0,
    delivered: 5,
    window: W,
    offset: 0,
    data: hex(ascii("world")),
  },
  { from: "initiator", type: "CLOSE", pn: 2, ack: 2, ack_bits: 1, delivered: 5, window: 0, code: 0, reason: "" },
];

/** Each type once more, with fields at their edges; of no connection that ever was. */
const EDGES: readonly PacketFields[] = [
  {
    from: "initiator",
    type: "DATA",
    pn: 2 ** 31,
    ack: 2 ** 31,
    ack_bits: 0xffffffff,
    delivered: 2 ** 53 - 1,
    window: 0xffffffff,
    offset: 2 ** 53 - 2,
    data: "ff",
  },
  {
    from: "responder",
    type: "DATA",
    fin: true,
    pn: 7,
    ack: 33,
    ack_bits: 0xffffffff,
    delivered: 0,
    window: 0,
    offset: 5,
    data: "",
  },
  {
    from: "initiator",
    type: "DATA",
    pn: 9,
    ack: 1,
    ack_bits: 0,
    delivered: 1,
    window: 1,
    offset: 1134,
    data: "5a".repeat(1134),
  },
  { from: "responder", type: "ACK", pn: 3, ack: 1, ack_bits: 0, delivered: 0, window: W, ranges: [] },
  {
    from: "initiator",
    type: "ACK",
    pn: 80,
    ack: 100,
    ack_bits: 0x80000001,
    delivered: 9,
    window: W,
    ranges: [
      [60, 67],
      [1, 1],
    ],
  },
  {
    from: "responder",
    type: "ACK",
    pn: 200,
    ack: 400,
    ack_bits: 0,
    delivered: 9,
    window: W,
    ranges: Array.from({ length: 32 }, (_, index) => [366 - 4 * index, 367 - 4 * index] as const),
  },
  { from: "initiator", type: "PING", pn: 64, ack: 0, ack_bits: 0, delivered: 0, window: 16_384 },
  {
    from: "responder",
    type: "CLOSE",
    pn: 2 ** 32 - 1,
    ack: 5,
    ack_bits: 3,
    delivered: 12,
    window: 0,
    code: 6,
    reason: hex(ascii("mux.reject.malformed_frame")),
  },
  {
    from: "initiator",
    type: "CLOSE",
    pn: 4,
    ack: 0,
    ack_bits: 0,
    delivered: 0,
    window: 0,
    code: 0xffff,
    reason: hex(ascii("é".repeat(127))),
  },
];

export function udpPacketsFile(): MadeFile {
  return {
    name: "udp-packets",
    about:
      "Packets under the keys of the first vector of udp-handshake.json. `connection`: in their order, a whole life; `edge`: fields at their limits. Negative: `datagrams` come from the initiator to the responder right after its handshake (it has sent PING with pn 1 and nothing else); the verdict is on the last.",
    vectors: [
      ...CONNECTION.map((fields, index) => packetVector(`connection ${index + 1}`, fields)),
      ...EDGES.map((fields, index) => packetVector(`edge ${index + 1}`, fields)),
    ],
    negative: [...negativeBodies(), ...negativeSequences()],
  };
}

function packetVector(name: string, fields: PacketFields): { name: string; [key: string]: Json } {
  const { from, type, fin = false, pn, ack, ack_bits: ackBits, delivered, window } = fields;
  const ids = { low: STAGE.initiator.half, high: STAGE.responder.half };
  const { initiatorKey, responderKey } = STAGE.handshake.noise;
  const header = { typ: TYPES[type], flags: fin ? 1 : 0, ...ids, pn, ack, ackBits };
  const plaintext = join(receiverState({ delivered, window, ackDelayUs: 0 }), bodyOf(fields));
  const datagram = sealedPacket(from === "initiator" ? initiatorKey : responderKey, header, plaintext);
  const optional = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { name, ...optional, ack_delay_us: 0, fin, plaintext: hex(plaintext), datagram: hex(datagram) };
}

function bodyOf({ type, offset = 0, data = "", ranges = [], code = 0, reason = "" }: PacketFields): Uint8Array {
  switch (type) {
    case "DATA":
      return join(u64(offset), Buffer.from(data, "hex"));
    case "ACK":
      return ackBody(ranges);
    case "PING":
      return join();
    case "CLOSE":
      return closeBody(code, Buffer.from(reason, "hex"));
  }
}
