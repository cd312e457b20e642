/** Lies about handshakes and packets, by somebody who read the specification and the list of markers, and none of the rules. */
import type { NodeRecording, RecordedRun } from "../recordings/recording.ts";
import { viewUdp } from "../tamper/frames.ts";
import { editPackets, withPlain } from "../tamper/opened-packets.ts";
import { readRecords, writeRecords } from "../tamper/pcap-records.ts";
import { endsOf, plantedUdp } from "../tamper/planted-frames.ts";
import { DATA, packetType, PING, sealLike } from "../tamper/sealed-packets.ts";
import { answeredBefore, reorderCrossings, withSwitchCapture } from "../tamper/switch-capture.ts";
import { addDatagram, countAs, editDatagrams, editFrames, FREE_PACKET_NUMBER, wayOf } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const MESSAGE_1 = 0x01;
const MESSAGE_3 = 0x03;
const RETRY = 0x04;
const ACK = 0x11;
const CLOSE = 0x13;
const RETRY_BYTES = 58;
/** Of a packet's header. */
const PACKET_NUMBER_AT = 12;
const LATEST_AT = 16;
const MAC1_AT = 1168;
const COOKIE_AT = 1184;
/** Of an opened packet: the receiver state, and what stands behind it. */
const WINDOW_AT = 8;
const BODY_AT = 16;
const FULL_WINDOW_BYTES = 262_144;
/** Far more than is on its way at any time. */
const AHEAD_BYTES = 100_000;

const seenOnlyByTheObserver = { code: "contradicted", rules: ["observer"] } as const;
/** Late in the transfer, so that all of that credit had been granted. */
const LATE_BYTES = 200_000;

const HANDSHAKE_LIES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "cookie-that-nobody-gave",
    breaks: "dials with a cookie, and no RETRY has ever brought one",
    tamper: (run) => editDatagrams(run, (payload) => filled(payload, MESSAGE_1, COOKIE_AT)),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "answer-to-a-wrong-mac1",
    breaks: "answers a MSG1 whose mac1 shows that its sender doesn't know the device",
    tamper: (run) => editDatagrams(run, (payload) => filled(payload, MESSAGE_1, MAC1_AT, COOKIE_AT)),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "retry-that-anybody-could-have-sent",
    breaks: "sends a RETRY whose tag is not made with the key of its MSG1",
    tamper: (run) => withRetry(run),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "first-answer-that-asks-nothing",
    breaks: "confirms MSG3 with an ACK that nothing asked for, in place of PING",
    tamper: (run) =>
      editPackets(run, (packet) => {
        if (packet.way !== "down" || packet.type !== PING || packet.packetNumber !== 1) return undefined;
        return [{ ...packet, type: ACK, plain: Buffer.concat([packet.plain, Buffer.alloc(1)]) }];
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "data-before-the-first-answer",
    breaks: "sends stream bytes before anything showed that the other end has the keys",
    tamper: (run) => withEarlyData(run),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "message-3-again-and-again",
    breaks: "sends MSG3 eight times within one moment, and waits for no answer",
    tamper: (run) =>
      countAs(
        editFrames(run, (frame) => repeated(frame, typeOf(frame) === MESSAGE_3 ? 8 : 1)),
        "up",
        7 * numberOf(run, MESSAGE_3),
      ),
  },
  {
    ...onRun("identity-reject"),
    ...seenOnlyByTheObserver,
    name: "stranger-told-why",
    breaks: "refuses a stranger and tells it the reason",
    tamper: (run) => withRefusal(run, Buffer.from("\x03\x00\x07unknown", "latin1")),
  },
  {
    ...onRun("identity-reject"),
    ...seenOnlyByTheObserver,
    name: "stranger-told-of-no-room",
    breaks: "refuses a stranger as if there were only no memory for it",
    tamper: (run) => withRefusal(run, Buffer.from([7, 0, 0])),
  },
  {
    ...onRun("identity-reject"),
    ...seenOnlyByTheObserver,
    name: "stranger-that-proves-nothing",
    breaks: "says that a stranger was refused, whose MSG3 nobody can have opened",
    tamper: (run) => {
      const [, stranger] = handshakeIds(run);
      return editDatagrams(run, (payload) =>
        payload.toString("hex", 4, 12) === stranger ? filled(payload, MESSAGE_3, 40) : undefined,
      );
    },
  },
];

const PACKET_LIES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "acknowledgements-without-their-bits",
    breaks: "acknowledges the latest packet alone, and so denies the ones that it had named",
    tamper: (run) => editPackets(run, (packet) => [{ ...packet, ackBits: 0 }]),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "delivered-that-never-grows",
    breaks: "acknowledges every packet, and says that not a byte of the stream has been delivered",
    tamper: (run) =>
      editPackets(run, (packet) => {
        if (packet.type === CLOSE) return undefined;
        const delivered = Number(packet.plain.readBigUInt64LE(0));
        return [
          withPlain(packet, (plain) => {
            plain.writeBigUInt64LE(0n, 0);
            plain.writeUInt32LE(plain.readUInt32LE(WINDOW_AT) + delivered, WINDOW_AT);
          }),
        ];
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "delivered-before-it-arrived",
    breaks: "says once that bytes were delivered which its machine hadn't got",
    tamper: (run) => {
      const late = lateAck(run);
      return editPackets(run, (packet) => {
        if (packet.way !== "down" || packet.packetNumber !== late) return undefined;
        const delivered = packet.plain.readBigUInt64LE(0) + BigInt(AHEAD_BYTES);
        return [
          withPlain(packet, (plain) => {
            plain.writeBigUInt64LE(delivered, 0);
            plain.writeUInt32LE(plain.readUInt32LE(WINDOW_AT) - AHEAD_BYTES, WINDOW_AT);
          }),
        ];
      });
    },
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "packet-numbers-out-of-turn",
    breaks: "gives the number of one packet to another one that left before it",
    tamper: (run) =>
      editPackets(run, (packet) => {
        const isSwapped = packet.way === "up" && (packet.packetNumber === 20 || packet.packetNumber === 22);
        return isSwapped ? [{ ...packet, packetNumber: 42 - packet.packetNumber }] : undefined;
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "close-that-grants-credit",
    breaks: "ends the session, and grants a window for more of it",
    tamper: (run) =>
      editPackets(run, (packet) => {
        if (packet.type !== CLOSE) return undefined;
        return [withPlain(packet, (plain) => plain.writeUInt32LE(FULL_WINDOW_BYTES, WINDOW_AT))];
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "close-without-end",
    breaks: "sends its CLOSE forty times more",
    tamper: (run) =>
      editPackets(run, (packet) => {
        if (packet.type !== CLOSE || packet.way !== "up") return undefined;
        return Array.from({ length: 41 }, (_, index) => ({ ...packet, packetNumber: packet.packetNumber + index }));
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "one-offset-two-contents",
    breaks: "sends bytes of its stream again, and other ones",
    tamper: (run) =>
      addDatagram(run, "up", (like, plain, key) => {
        const other = Buffer.from(plain);
        other.fill(0xff, 200, 210);
        return sealLike(like, { packetNumber: FREE_PACKET_NUMBER }, other, key);
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "transfer-in-one-burst",
    breaks: "sends a whole transfer at once, and its peer's acknowledgements come after it",
    tamper: (run) =>
      inOrder(run, (frames) => {
        const [from, to] = [frames.length - 300, frames.length - 20];
        const within = frames.slice(from, to);
        const isUp = (frame: Buffer): boolean => wayOf(frame) === "up";
        const burst = [...within.filter(isUp), ...within.filter((frame) => !isUp(frame))];
        return [...frames.slice(0, from), ...burst, ...frames.slice(to)];
      }),
  },
  {
    ...onRun("udp-sec"),
    ...seenOnlyByTheObserver,
    name: "two-packets-in-another-order-at-one-end",
    breaks: "shows at one NIC an answer before what it answers, and at the other one the right order",
    tamper: withAnswerBefore,
  },
];

export const READER_SABOTAGES: readonly RecordedSabotage[] = [...HANDSHAKE_LIES, ...PACKET_LIES];

function typeOf(frame: Buffer): number | undefined {
  const payload = wayOf(frame) === undefined ? undefined : viewUdp(frame)?.payload;
  return payload === undefined ? undefined : packetType(payload);
}

/** @returns the datagram with other bytes from a place on, if it is of that type */
function filled(payload: Buffer, type: number, from: number, to = payload.length): Buffer | undefined {
  if (packetType(payload) !== type) return undefined;
  return Buffer.from(payload).fill(0x5a, from, to);
}

function repeated(frame: Buffer, times: number): Buffer[] {
  return Array.from({ length: times }, () => frame);
}

/** @returns ids of the sessions that came to a MSG3, in order: in the recorded run the second is the stranger's */
function handshakeIds(run: RecordedRun): string[] {
  return framesAt(run, 0)
    .filter((frame) => typeOf(frame) === MESSAGE_3)
    .map((frame) => viewUdp(frame)?.payload.toString("hex", 4, 12) ?? "");
}

/** A slow machine sends the messages of a handshake more than once. */
function numberOf(run: RecordedRun, type: number): number {
  return framesAt(run, 0).filter((frame) => typeOf(frame) === type).length;
}

/** @returns its number: the first from who was dialled that says so much was delivered */
function lateAck(run: RecordedRun): number | undefined {
  const acks: number[] = [];
  editPackets(run, ({ way, type, packetNumber, plain }) => {
    if (way === "down" && type === ACK && plain.readBigUInt64LE(0) > LATE_BYTES) acks.push(packetNumber);
    return undefined;
  });
  return acks[0];
}

/** Who proves in its MSG3 that it is a stranger hears something else than it should. */
function withRefusal(run: RecordedRun, said: Buffer): RecordedRun {
  const [, stranger] = handshakeIds(run);
  return editPackets(run, (packet) => {
    if (packet.sessionId !== stranger || packet.type !== CLOSE) return undefined;
    return [{ ...packet, plain: Buffer.concat([packet.plain.subarray(0, BODY_AT), said]) }];
  });
}

function withRetry(run: RecordedRun): RecordedRun {
  const way = endsOf(run, "down");
  const edited = editFrames(run, (frame) => {
    const asked = typeOf(frame) === MESSAGE_1 ? viewUdp(frame) : undefined;
    if (asked === undefined) return [frame];
    const retry = Buffer.alloc(RETRY_BYTES, 0x5a);
    asked.payload.copy(retry, 0, 0, 26);
    retry.writeUInt8(RETRY, 1);
    retry.writeUInt16LE(RETRY_BYTES - 26, 24);
    return [frame, plantedUdp(way, [asked.destinationPort, asked.sourcePort], retry)];
  });
  return countAs(edited, "down", numberOf(run, MESSAGE_1));
}

/** The first DATA leaves before the responder's PING, and acknowledges nothing yet. */
function withEarlyData(run: RecordedRun): RecordedRun {
  const unaware = editPackets(run, (packet) => {
    if (packet.way !== "up" || packet.packetNumber > 2) return undefined;
    return [withPlain({ ...packet, ack: 0, ackBits: 0 }, (plain) => plain.writeUInt32LE(0, 12))];
  });
  return inOrder(unaware, (frames) => {
    const early = frames.find((frame) => wayOf(frame) === "up" && typeOf(frame) === DATA);
    const others = frames.filter((frame) => frame !== early);
    const at = others.findIndex((frame) => typeOf(frame) === PING);
    return early === undefined ? frames : [...others.slice(0, at), early, ...others.slice(at)];
  });
}

/** Frames in another order, at the times that were: at both NICs, and for the switch between them. */
function inOrder(run: RecordedRun, order: (frames: Buffer[]) => Buffer[]): RecordedRun {
  const nodes = run.nodes.map((node): NodeRecording => {
    return { ...node, captures: node.captures.map((capture) => reordered(capture, order)) };
  });
  return withSwitchCapture({ ...run, nodes }, (capture) => reorderCrossings(capture, order));
}

function reordered(capture: Buffer, order: (frames: Buffer[]) => Buffer[]): Buffer {
  const records = readRecords(capture);
  const frames = order(records.map(({ frame }) => frame));
  return writeRecords(
    capture,
    records.map((record, index) => ({ ...record, frame: frames[index] ?? record.frame })),
  );
}

/** At the dialler's NIC: the first frame there, late enough, that names the one before it as its latest. */
function withAnswerBefore(run: RecordedRun): RecordedRun {
  const frames = framesAt(run, 1);
  const at = frames.findIndex((frame, index) => index > frames.length / 2 && isAnswered(frame, frames[index + 1]));
  const [asked, answer] = frames.slice(at, at + 2);
  if (at === -1 || asked === undefined || answer === undefined) return run;
  const nodes = run.nodes.map((node): NodeRecording => {
    const captures = node.captures.map((capture, nic) =>
      nic === 1 ? reordered(capture, (all) => all.with(at, answer).with(at + 1, asked)) : capture,
    );
    return { ...node, captures };
  });
  return withSwitchCapture({ ...run, nodes }, (capture) => answeredBefore(capture, asked, answer));
}

function isAnswered(frame: Buffer, next: Buffer | undefined): boolean {
  if (next === undefined || wayOf(frame) !== "down" || wayOf(next) !== "up") return false;
  const [asked, answer] = [frame, next].map((each) => viewUdp(each)?.payload ?? Buffer.alloc(0));
  const isSealed = [asked, answer].every((payload) => (packetType(payload ?? Buffer.alloc(0)) ?? 0) >= DATA);
  return isSealed && asked?.readUInt32LE(PACKET_NUMBER_AT) === answer?.readUInt32LE(LATEST_AT);
}

function framesAt(run: RecordedRun, nic: number): Buffer[] {
  const capture = run.nodes[0]?.captures[nic];
  return capture === undefined ? [] : readRecords(capture).map(({ frame }) => frame);
}
