/** Guests that use TCP, or answers of their kernel, for what no plan brings about. */
import { SESSION_PORT } from "../../topology/addressing.ts";
import { PORT_OF_NO_ONE, SAID, wireSabotage, type WireSabotage } from "./wire-sabotage.ts";
import { withChecksums } from "../tamper/checksums.ts";
import { endsOf, plantedConnection, plantedTcp, TCP_FLAG, bytes16 } from "../tamper/planted-frames.ts";
import { viewTcp, withSegment } from "../tamper/tcp-segments.ts";
import { addFrames, editFrames, framesAtFirstNic } from "../tamper/wire.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";

/** Of a client that did not dial before. */
const SECOND: readonly [number, number] = [40_405, SESSION_PORT];
const HANDSHAKE_BYTES = { first: 48, second: 144, third: 160 } as const;
const TCP_START = 34;
const RESERVED_OPTION = 253;

const added = (name: string, breaks: string, make: (run: RecordedRun) => readonly Buffer[]): WireSabotage => ({
  name,
  breaks,
  tamper: (run) => addFrames(run, "up", make(run), 0),
});

const TCP: readonly WireSabotage[] = [
  added("second-connection-in-clear", "opens a second TCP connection to the session port and speaks in clear", (run) =>
    plantedConnection(run, SECOND, { up: SAID, down: SAID }),
  ),
  added(
    "second-connection-with-lengths-of-a-handshake",
    "opens a second TCP connection with zeros for a handshake, and records in clear behind it",
    (run) => {
      const message = (bytes: number): Buffer => lengthBefore(Buffer.alloc(bytes));
      const record = lengthBefore(SAID);
      return plantedConnection(run, SECOND, {
        up: message(HANDSHAKE_BYTES.first),
        down: message(HANDSHAKE_BYTES.second),
        again: Buffer.concat([message(HANDSHAKE_BYTES.third), record]),
      });
    },
  ),
  added("connection-to-another-port", "opens a TCP connection beside the session port", (run) =>
    plantedConnection(run, [40_405, PORT_OF_NO_ONE], { up: SAID }),
  ),
  added("segment-without-a-connection", "sends text in a TCP segment of a connection that was never opened", (run) => [
    plantedTcp(endsOf(run), SECOND, { sequence: 5, acknowledgement: 5, flags: TCP_FLAG.ack, payload: SAID }),
  ]),
  added("text-in-a-syn", "sends text in the segment that opens a connection", (run) => [
    plantedTcp(endsOf(run), SECOND, { sequence: 5, flags: TCP_FLAG.syn, payload: SAID }),
  ]),
  added("text-in-a-reset", "opens a connection, and sends text in the segment that resets it", (run) => [
    plantedTcp(endsOf(run), SECOND, { sequence: 5, flags: TCP_FLAG.syn }),
    plantedTcp(endsOf(run), SECOND, { sequence: 6, flags: TCP_FLAG.rst, payload: SAID }),
  ]),
  added("number-that-acknowledges-nothing", "writes into the number of a SYN that acknowledges nothing", (run) => [
    plantedTcp(endsOf(run), SECOND, { sequence: 5, acknowledgement: SAID.readUInt32BE(0), flags: TCP_FLAG.syn }),
  ]),
  added("syn-flood", "dials the session port from a thousand ports at once", (run) =>
    Array.from({ length: 1_000 }, (_, index) =>
      plantedTcp(endsOf(run), [41_000 + index, SESSION_PORT], { sequence: 5, flags: TCP_FLAG.syn }),
    ),
  ),
  changed("urgent-data", "marks bytes of a segment that it repeats as urgent", (frame) => {
    frame.writeUInt8(frame.readUInt8(TCP_START + 13) | TCP_FLAG.urg, TCP_START + 13);
    bytes16(7).copy(frame, TCP_START + 18);
    return withChecksums(frame);
  }),
  changed(
    "option-of-nobody",
    "writes into an option of TCP that nobody knows, in a segment that it repeats",
    (frame) => {
      // In place of the time stamps.
      frame.writeUInt8(RESERVED_OPTION, TCP_START + 22);
      SAID.copy(frame, TCP_START + 24, 0, 8);
      return withChecksums(frame);
    },
  ),
  changed("other-bytes-when-repeated", "repeats a segment with other bytes than it had", (frame) => {
    const payload = viewTcp(frame)?.payload ?? Buffer.alloc(0);
    return withSegment(frame, { payload: Buffer.concat([SAID, payload.subarray(SAID.length)]) });
  }),
];

const GATE: readonly WireSabotage[] = [
  {
    name: "gate-that-nobody-tried",
    breaks: "says that a shut gate was tried, and shows nobody who was refused",
    tamper: (run) => editFrames(run, (frame) => (isRefusal(frame) ? [] : [frame])),
  },
  {
    name: "refused-twice",
    breaks: "tells of one closed port again and again: how often says something",
    tamper: (run) => addFrames(run, "down", framesAtFirstNic(run).filter(isUnreachable), 0),
  },
];

export const CLEAR_TCP_SABOTAGES: readonly RecordedSabotage[] = [
  ...TCP.map((each) => wireSabotage("tcp-fallback", each)),
  ...GATE.map((each) => wireSabotage("rng-gate", each)),
];

/** @param change of the fullest segment that the client sent, sent once more */
function changed(name: string, breaks: string, change: (frame: Buffer) => Buffer): WireSabotage {
  return added(name, breaks, (run) => {
    const sent = framesAtFirstNic(run).filter((frame) => viewTcp(frame)?.fromClient === true);
    const [fullest] = sent.sort((a, b) => b.length - a.length);
    return fullest === undefined ? [] : [change(Buffer.from(fullest))];
  });
}

function lengthBefore(bytes: Buffer): Buffer {
  return Buffer.concat([bytes16(bytes.length).swap16(), bytes]);
}

function isUnreachable(frame: Buffer): boolean {
  return frame.readUInt16BE(12) === 0x0800 && frame[23] === 1;
}

function isRefusal(frame: Buffer): boolean {
  const isReset = viewTcp(frame) !== undefined && (frame.readUInt8(TCP_START + 13) & TCP_FLAG.rst) !== 0;
  return isUnreachable(frame) || isReset;
}
