/** Packets of a connection: sealed and read field by field, a whole connection packet by packet, and what must end or be dropped. */
import { type CryptoPrimitives, encodeUtf8, PacketType, toHex } from "../../../guest/core/index.ts";
import { writeClose, writeRanges } from "../../../guest/core/udp-sec/packet/packet-content.ts";
import { PacketSealer } from "../../../guest/core/udp-sec/packet/packet-protection.ts";
import { encodeSessionId } from "../../../guest/core/udp-sec/packet/header.ts";
import {
  bytesField,
  type Fields,
  isFields,
  listField,
  numberField,
  rangesField,
  recordField,
  textField,
} from "./json-fields.ts";
import { openedPacket, UdpSide } from "./udp-sides.ts";
import { differenceOf, type FileChecks, toHexText } from "./vector-check.ts";

/** @param handshake the first vector of udp-handshake.json, whose keys these packets have @param all of this file */
export function udpPacketChecks(handshake: Fields, all: readonly Fields[]): FileChecks {
  const keyOf = (vector: Fields): Uint8Array => bytesField(handshake, `${textField(vector, "from")}_key`);
  return {
    encode: (vector, crypto) => {
      const difference = differenceOf(
        "datagram",
        toHexText(sealed(handshake, vector, keyOf(vector), crypto)),
        vector["datagram"],
      );
      // The connection is played once, with its first packet.
      return (
        difference ?? (vector["name"] === "connection 1" ? connectionDifference(handshake, all, crypto) : undefined)
      );
    },
    decode: (vector, crypto) => {
      const packet = openedPacket(crypto, keyOf(vector), bytesField(vector, "datagram"));
      if (packet === undefined) return "doesn't open, or isn't what its type demands";
      const { header, deliveredBytes, windowBytes } = packet;
      const seen = [header.packetNumber, header.ack, header.ackBits, deliveredBytes, windowBytes];
      const said = ["pn", "ack", "ack_bits", "delivered", "window"].map((key) => numberField(vector, key));
      return (
        differenceOf("pn, ack, ack_bits, delivered, window", seen, said) ?? contentDifference(packet.content, vector)
      );
    },
    refuse: (negative, crypto) => refusalDifference(handshake, negative, crypto),
  };
}

function sealed(handshake: Fields, vector: Fields, key: Uint8Array, crypto: CryptoPrimitives): Uint8Array {
  const half = (side: string): number => numberField(recordField(handshake, side), "session_half");
  const sealer = new PacketSealer(crypto.chacha20Poly1305(key), encodeSessionId(half("initiator"), half("responder")));
  const writer = sealer.begin({
    deliveredBytes: numberField(vector, "delivered"),
    windowBytes: numberField(vector, "window"),
    ackDelayUs: numberField(vector, "ack_delay_us"),
  });
  const type = textField(vector, "type") as "DATA" | "ACK" | "PING" | "CLOSE";
  if (type === "DATA") writer.u64(numberField(vector, "offset")).bytes(bytesField(vector, "data"));
  if (type === "ACK") writeRanges(writer, rangesField(vector, "ranges"));
  if (type === "CLOSE") writeClose(writer, numberField(vector, "code"), bytesField(vector, "reason"));
  const fields = {
    type: PacketType[type],
    flags: vector["fin"] === true ? 1 : 0,
    packetNumber: numberField(vector, "pn"),
    ack: numberField(vector, "ack"),
    ackBits: numberField(vector, "ack_bits"),
  };
  return sealer.seal(fields, writer);
}

type Content = NonNullable<ReturnType<typeof openedPacket>>["content"];

function contentDifference(content: Content, vector: Fields): string | undefined {
  switch (content.type) {
    case "data":
      return differenceOf(
        "offset, data, fin",
        [content.offset, toHexText(content.bytes), content.isFin],
        [vector["offset"], vector["data"], vector["fin"]],
      );
    case "ack":
      return differenceOf(
        "ranges",
        content.ranges.map(({ first, last }) => [first, last]),
        vector["ranges"],
      );
    case "ping":
      return differenceOf("type", "PING", vector["type"]);
    case "close":
      return differenceOf(
        "code, reason",
        [content.code, toHex(encodeUtf8(content.reason))],
        [vector["code"], vector["reason"]],
      );
  }
}

/** Two endpoints that do what the vectors say they did make the same datagrams, in the same order, and end in order. */
function connectionDifference(handshake: Fields, all: readonly Fields[], crypto: CryptoPrimitives): string | undefined {
  const sides = { initiator: UdpSide.initiator(handshake, crypto), responder: UdpSide.responder(handshake, crypto) };
  const { initiator, responder } = sides;
  initiator.send();
  responder.receive(bytesField(handshake, "msg1"));
  responder.send();
  initiator.receive(bytesField(handshake, "msg2"));
  initiator.send();
  responder.receive(bytesField(handshake, "msg3"));
  const steps = all.filter((vector) => textField(vector, "name").startsWith("connection "));
  for (const step of steps) {
    const [from, to] = textField(step, "from") === "initiator" ? [initiator, responder] : [responder, initiator];
    speak(from, from === initiator ? "hello" : "world");
    const sent = from.send().map(toHexText);
    const difference = differenceOf(`${textField(step, "name")}, what is sent`, sent, [textField(step, "datagram")]);
    if (difference !== undefined) return difference;
    to.receive(bytesField(step, "datagram"));
  }
  const ends = Object.values(sides).map((side) => side.events.find((event) => event.type === "closed")?.end.name);
  return differenceOf("ends", ends, ["NO_ERROR", "NO_ERROR"]);
}

/** The initiator as soon as it is open, the responder once it has read all of the other. */
function speak(side: UdpSide, text: string): void {
  const { connection } = side;
  if (connection?.isEstablished !== true) return;
  connection.read(1_000, 0);
  const mayWrite = text === "hello" || connection.isReadFinished;
  if (!mayWrite || connection.writableBytes === 0) return;
  connection.write(encodeUtf8(text), 0);
  connection.finish(0);
}

function refusalDifference(handshake: Fields, negative: Fields, crypto: CryptoPrimitives): string | undefined {
  const responder = UdpSide.responder(handshake, crypto);
  responder.receive(bytesField(handshake, "msg1"));
  responder.send();
  responder.receive(bytesField(handshake, "msg3"));
  responder.send();
  // The clock stands still: a second PING for MSG3 would be throttled, a first is what the vector is about.
  const datagrams = listField(negative, "datagrams").map((text) => bytesField({ datagram: text }, "datagram"));
  for (const datagram of datagrams.slice(0, -1)) {
    responder.receive(datagram);
    responder.send();
  }
  const before = droppedBy(responder);
  responder.receive(datagrams.at(-1) ?? new Uint8Array(0));
  const sent = responder.send();
  const fresh = droppedBy(responder).slice(before.length);
  const verdict = recordField(negative, "verdict");
  const packets = sent.map((datagram) => openedPacket(crypto, bytesField(handshake, "responder_key"), datagram));
  const closes = packets.flatMap((packet) => (packet?.content.type === "close" ? [packet.content.code] : []));
  if (verdict["drop"] !== undefined) {
    return differenceOf("dropped as", fresh, [verdict["drop"]]) ?? differenceOf("sent", sent.length, 0);
  }
  if (verdict["close"] !== undefined) return differenceOf("codes of CLOSE", closes, [verdict["close"]]);
  if (verdict["answer"] !== undefined) {
    const names = sent.map((datagram) => Object.entries(PacketType).find(([, typ]) => typ === datagram[1])?.[0]);
    return differenceOf("answers", names, [verdict["answer"]]);
  }
  const end = responder.connection?.end?.name;
  if (verdict["ends"] !== undefined)
    return differenceOf("end", end, verdict["ends"]) ?? differenceOf("codes of CLOSE", closes, [verdict["answered"]]);
  const silence = verdict["silent"] === true ? differenceOf("sent", sent.length, 0) : undefined;
  return silence ?? differenceOf("end", end, undefined) ?? differenceOf("dropped", fresh, []);
}

/** Every drop once for each time, of the endpoint and of its connection. */
function droppedBy(side: UdpSide): string[] {
  const stats = side.connection?.stats();
  const own = isFields(stats) && isFields(stats["drops"]) ? stats["drops"] : {};
  // What a connection drops its endpoint counts too.
  const counts = { ...own, ...side.drops() };
  return Object.entries(counts).flatMap(([reason, count]) => new Array<string>(Number(count)).fill(reason));
}
