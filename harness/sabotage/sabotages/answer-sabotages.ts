/** Answers that nobody asked for, more of them than there may be, and what they may not say. */
import type { RecordedRun } from "../recordings/recording.ts";
import { viewUdp } from "../tamper/frames.ts";
import { editPackets, withPlain, type ResealedPacket } from "../tamper/opened-packets.ts";
import { packetType, PING } from "../tamper/sealed-packets.ts";
import { countAs, editFrames, framesAtFirstNic, wayOf, type Way } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const [MESSAGE_1, MESSAGE_2, MESSAGE_3] = [0x01, 0x02, 0x03];
const ACK = 0x11;
const CLOSE = 0x13;
const WINDOW_AT = 8;
const DELAY_AT = 12;
const CODE_AT = 16;
const WINDOW_BYTES = 262_144;
const LATE_PN = 200;

const observed = { code: "contradicted", rules: ["observer"] } as const;

export const ANSWER_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "message-2-for-whoever-listens",
    breaks: "answers one MSG1 with 64 copies of MSG2",
    tamper: (run) => copied(run, MESSAGE_2, "down", 64),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "message-2-twice",
    breaks: "answers one MSG1 twice",
    tamper: (run) => copied(run, MESSAGE_2, "down", 2),
  },
  {
    ...onRun("identity-reject"),
    code: "contradicted",
    rules: ["pn-unique", "observer"],
    why: "the same packet leaves again, and it is more answers than questions",
    name: "refusal-again-and-again",
    breaks: "refuses a stranger ten times, who asked once",
    tamper: (run) => {
      const stranger = refusedId(run);
      return repeatedFrames(run, 10, (payload) => isClose(payload) && payload.toString("hex", 4, 12) === stranger);
    },
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "message-1-three-times-at-once",
    breaks: "dials three times in one instant",
    tamper: (run) => copied(run, MESSAGE_1, "up", 3),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "message-3-three-times-at-once",
    breaks: "finishes its handshake three times in one instant",
    tamper: (run) => copied(run, MESSAGE_3, "up", 3),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "acknowledgements-nobody-asked-for",
    breaks: "acknowledges once more fifty times what it has acknowledged",
    tamper: (run) => beforeClose(run, 50, (packet) => ({ ...packet, type: ACK, plain: statePlus(packet, 1) })),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "pings-without-end",
    breaks: "asks two hundred times in one moment",
    tamper: (run) => beforeClose(run, 200, (packet) => ({ ...packet, type: PING, plain: statePlus(packet, 0) })),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "ack-delay-without-bound",
    breaks: "says that it held every acknowledgement back for an hour",
    tamper: (run) => withDelay(run, 0xffffffff),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "ack-delay-of-a-tenth",
    breaks: "says that it held every acknowledgement back for the longest time that anybody may declare",
    tamper: (run) => withDelay(run, 400_000),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "delivered-ahead-of-ack",
    breaks: "counts bytes of packets that it says have not come",
    tamper: withDeliveredAhead,
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "close-with-a-code-that-there-is-not",
    breaks: "ends its session with code 99",
    tamper: (run) => closingWith(run, 99),
  },
  {
    ...onRun("udp-sec"),
    ...observed,
    name: "close-of-a-refusal-at-the-end",
    breaks: "ends a session that did its work as if it had refused its peer's identity",
    tamper: (run) => closingWith(run, 3),
  },
];

function isClose(payload: Buffer): boolean {
  return packetType(payload) === CLOSE;
}

/** Counted by the kernels, however many the recorded machine had to send. */
function repeatedFrames(run: RecordedRun, times: number, isOne: (payload: Buffer, way: Way) => boolean): RecordedRun {
  const isRepeated = (frame: Buffer): boolean => {
    const way = wayOf(frame);
    const payload = viewUdp(frame)?.payload;
    return way !== undefined && payload !== undefined && isOne(payload, way);
  };
  const edited = editFrames(run, (frame) => Array.from({ length: isRepeated(frame) ? times : 1 }, () => frame));
  const found = framesAtFirstNic(run).filter(isRepeated);
  return (["up", "down"] as const).reduce(
    (counted, way) => countAs(counted, way, found.filter((frame) => wayOf(frame) === way).length * (times - 1)),
    edited,
  );
}

function copied(run: RecordedRun, type: number, way: Way, times: number): RecordedRun {
  return repeatedFrames(run, times, (payload, itsWay) => itsWay === way && packetType(payload) === type);
}

/** @returns the id of the session whose only packet is a CLOSE of the responder's */
function refusedId(run: RecordedRun): string {
  const ids = new Map<string, boolean>();
  editFrames(run, (frame) => {
    const payload = wayOf(frame) === undefined ? undefined : viewUdp(frame)?.payload;
    if (payload !== undefined && (packetType(payload) ?? 0) >= PING - 2) {
      const id = payload.toString("hex", 4, 12);
      ids.set(id, (ids.get(id) ?? true) && wayOf(frame) === "down" && isClose(payload));
    }
    return [frame];
  });
  return [...ids].find(([, isRefused]) => isRefused)?.[0] ?? "";
}

/** So many packets before the initiator's CLOSE, which gets the pn behind them. */
function beforeClose(run: RecordedRun, count: number, make: (packet: ResealedPacket) => ResealedPacket): RecordedRun {
  return editPackets(run, (packet) => {
    if (packet.way !== "up" || packet.type !== CLOSE) return undefined;
    const { packetNumber } = packet;
    const more = Array.from({ length: count }, (_, index) => ({ ...make(packet), packetNumber: packetNumber + index }));
    return [...more, { ...packet, packetNumber: packetNumber + count }];
  });
}

/** The receiver state of a packet, with the window open, and bytes behind it. */
function statePlus({ plain }: ResealedPacket, bytes: number): Buffer {
  const state = Buffer.concat([plain.subarray(0, CODE_AT), Buffer.alloc(bytes)]);
  state.writeUInt32LE(WINDOW_BYTES, WINDOW_AT);
  return state;
}

function withDelay(run: RecordedRun, us: number): RecordedRun {
  return editPackets(run, (packet) =>
    packet.ack === 0 ? undefined : [withPlain(packet, (plain) => plain.writeUInt32LE(us, DELAY_AT))],
  );
}

/** The responder takes back the pn that an ACK is the first to name, and keeps its bytes. */
function withDeliveredAhead(run: RecordedRun): RecordedRun {
  const acks = new Map<number, number>();
  editPackets(run, ({ way, packetNumber, ack }) => {
    if (way === "down") acks.set(packetNumber, ack);
    return undefined;
  });
  const largestBefore = (packetNumber: number): number =>
    Math.max(0, ...[...acks].map(([pn, ack]) => (pn < packetNumber ? ack : 0)));
  return editPackets(run, (packet) => {
    const { way, type, packetNumber, ack } = packet;
    const isAhead = way === "down" && type === ACK && packetNumber > LATE_PN && (packet.ackBits & 1) === 1;
    return isAhead && ack > largestBefore(packetNumber) + 1 ? [namingLess(packet)] : undefined;
  });
}

/** @returns the packet as it would be if its latest pn had not come; ranges would reach too far up then */
function namingLess(packet: ResealedPacket): ResealedPacket {
  const plain = Buffer.concat([packet.plain.subarray(0, CODE_AT), Buffer.alloc(1)]);
  // The lowest pn of the bitmap came long ago.
  return { ...packet, plain, ack: packet.ack - 1, ackBits: ((packet.ackBits >>> 1) | 0x80000000) >>> 0 };
}

function closingWith(run: RecordedRun, code: number): RecordedRun {
  return editPackets(run, (packet) =>
    packet.way === "up" && packet.type === CLOSE
      ? [withPlain(packet, (plain) => plain.writeUInt16LE(code, CODE_AT))]
      : undefined,
  );
}
