/** Packets that no honest stack sends, and fallbacks that aren't. */
import { honestRun, KEY_KINDS, withoutKeyLog } from "./honest-runs.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import { formatEvents, parseEvents } from "../tamper/console-edit.ts";
import { inFragments, viewUdp, withPayload, withPorts } from "../tamper/frames.ts";
import { viewTcp } from "../tamper/tcp-segments.ts";
import { withoutRepeats } from "../tamper/retransmissions.ts";
import { DATA, DATA_PREFIX_BYTES, fieldsOf, openBody, packetType, PING, sealLike } from "../tamper/sealed-packets.ts";
import {
  addDatagram,
  addFrames,
  countAs,
  editDatagrams,
  editFrames,
  framesAtFirstNic,
  keyOf,
  FREE_PACKET_NUMBER,
  streamOf,
  wayOf,
} from "../tamper/wire.ts";
import { BULK_CANARY } from "../../../contract/configuration.ts";

const onUdpSec = { where: "recorded", honest: "udp-sec", code: "contradicted" } as const;
const MSG1 = 0x01;
const MSG2 = 0x02;
const MSG3 = 0x03;
const HEADER_BYTES = 26;
const EPHEMERAL_BYTES = 32;
const LARGEST_STREAM_PIECE_BYTES = 1134;
const OTHER_PORT = 5_353;

// Where a handshake is changed nothing of its session opens, which other rules see: those runs have no key log.
export const PACKET_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onUdpSec,
    name: "one-packet-unsealed",
    breaks: "sends a single DATA packet in clear, among sealed ones",
    rules: ["every-packet-opens"],
    tamper: (run) =>
      addDatagram(run, "up", (like, plain) => {
        const text = Buffer.concat([plain.subarray(0, DATA_PREFIX_BYTES), Buffer.alloc(100, "in clear ")]);
        return sealLike(like, { packetNumber: FREE_PACKET_NUMBER }, text, undefined);
      }),
  },
  {
    ...onUdpSec,
    name: "traffic-keys-of-its-own",
    breaks: "seals with constants, whatever the handshake gave, and logs those as the session's keys",
    rules: [
      "every-packet-opens",
      "bulk-content",
      "udp-bulk-volume",
      "backpressure-reached",
      "udp-sealed-both-ways",
      "marker-after-wire",
      "control-beside-bulk",
      "bulk-as-asked",
    ],
    why: "none of them reads anything but what the keys of the handshake open",
    tamper: withConstantKeys,
  },
  {
    ...onUdpSec,
    name: "canary-in-clear",
    breaks: "sends a piece of the bulk's content in clear, where a message of the handshake is sealed",
    rules: ["canary-not-in-clear"],
    tamper: (run) => {
      const frame = framesAtFirstNic(run).find((each) => typeAt(each) === MSG1);
      const payload = frame === undefined ? undefined : viewUdp(frame)?.payload;
      if (frame === undefined || payload === undefined) return run;
      const told = Buffer.from(payload);
      told.write(`copy: ${BULK_CANARY}`, HEADER_BYTES + EPHEMERAL_BYTES);
      return addFrames(run, "up", [withPayload(frame, told)], 1);
    },
  },
  {
    ...onUdpSec,
    name: "packet-number-reused",
    breaks: "seals another packet under a number, and so a nonce, that was used",
    rules: ["pn-unique"],
    tamper: (run) =>
      addDatagram(run, "down", (like, plain, key) => sealLike(like, { type: PING }, plain.subarray(0, 16), key)),
  },
  {
    ...onUdpSec,
    honest: "udp-sec-unlogged",
    name: "datagram-of-1201-bytes",
    breaks: "puts one stream byte too many into a packet",
    rules: ["datagram-size"],
    tamper: () => withoutKeyLog(withLongDatagram(honestRun("udp-sec"))),
  },
  {
    ...onUdpSec,
    name: "fragments",
    breaks: "sends a datagram in two IP fragments",
    rules: ["no-fragments"],
    tamper: (run) => {
      const [frame] = framesAtFirstNic(run).filter((each) => wayOf(each) === "up");
      if (frame === undefined) return run;
      return addFrames(run, "up", inFragments(withPorts(withPayload(frame, Buffer.alloc(900)), OTHER_PORT)), 1);
    },
  },
  {
    ...onUdpSec,
    honest: "udp-sec-unlogged",
    name: "session-without-msg3",
    breaks: "takes a session for verified that never proved who dialled",
    rules: ["udp-handshake-seen"],
    tamper: (run) => {
      const isMsg3 = (frame: Buffer): boolean => typeAt(frame) === MSG3;
      const count = framesAtFirstNic(run).filter(isMsg3).length;
      return countAs(
        editFrames(run, (frame) => (isMsg3(frame) ? [] : [frame])),
        "up",
        -count,
      );
    },
  },
  {
    ...onUdpSec,
    honest: "udp-sec-unlogged",
    name: "fixed-ephemeral-key",
    breaks: "draws no ephemeral key: both ends show the same one",
    rules: ["ephemeral-keys-fresh"],
    tamper: (run) => {
      const first = framesAtFirstNic(run).find((frame) => typeAt(frame) === MSG1);
      const key =
        first === undefined
          ? undefined
          : viewUdp(first)?.payload.subarray(HEADER_BYTES, HEADER_BYTES + EPHEMERAL_BYTES);
      return editFrames(run, (frame) => {
        const payload = typeAt(frame) === MSG2 ? viewUdp(frame)?.payload : undefined;
        if (payload === undefined || key === undefined) return [frame];
        const rest = payload.subarray(HEADER_BYTES + EPHEMERAL_BYTES);
        return [withPayload(frame, Buffer.concat([payload.subarray(0, HEADER_BYTES), key, rest]))];
      });
    },
  },
  {
    ...onUdpSec,
    honest: "udp-sec-unlogged",
    name: "identity-of-the-other-device",
    breaks: "answers as another device than the one that lives at that address",
    rules: ["handshake-to-listed-device"],
    tamper: (run) => ({ ...run, nonce: "another-family-of-devices" }),
  },
  {
    ...onUdpSec,
    honest: "lossy-path",
    name: "no-retransmission",
    breaks: "never sends a stream byte again, on a path that loses packets",
    rules: ["retransmission-seen"],
    tamper: () => withoutRepeats({ ...honestRun("udp-sec"), lossy: true }),
  },
  {
    ...onUdpSec,
    name: "silent-tcp-under-udp-sec",
    breaks: "begins a handshake over TCP while its markers say udp-sec",
    rules: ["no-tcp-payload"],
    tamper: (run) =>
      addFrames(run, "up", upToFirstPayload(framesAtFirstNic(honestRun("tcp-fallback")).filter(isTcp)), 0),
  },
  {
    ...onUdpSec,
    honest: "tcp-unlogged",
    name: "udp-under-the-fallback",
    breaks: "says that udp-sec is disabled and keeps a udp-sec session",
    rules: ["no-udp-session"],
    tamper: (run) => withoutKeyLog(withSessionOf(run, honestRun("udp-sec"))),
  },
  {
    ...onUdpSec,
    honest: "rng-gate",
    name: "listener-behind-a-shut-gate",
    breaks: "says that the entropy gate is shut, and answers a dial",
    rules: ["no-session-traffic"],
    tamper: (run) => {
      const opening = framesAtFirstNic(honestRun("tcp-fallback")).filter(isTcp).slice(0, 3);
      return addFrames(run, "up", opening, 0);
    },
  },
];

/** The frames, keys and counts of another run's session on top of this one's. */
function withSessionOf(run: RecordedRun, other: RecordedRun): RecordedRun {
  const frames = framesAtFirstNic(other).filter((frame) => wayOf(frame) !== undefined);
  const [up, down] = (["up", "down"] as const).map((way) => frames.filter((frame) => wayOf(frame) === way).length);
  const keys = other.nodes.flatMap(({ events }) => parseEvents(events)).filter(({ kind }) => KEY_KINDS.has(kind));
  const counted = countAs(addFrames(run, "up", frames, up ?? 0), "down", down ?? 0);
  return {
    ...counted,
    // Whose devices dialled whom.
    nonce: other.nonce,
    nodes: counted.nodes.map((node) => ({ ...node, events: formatEvents([...parseEvents(node.events), ...keys]) })),
  };
}

/** Every packet sealed anew, and the log changed to match: who believes a logged key opens all of it. */
function withConstantKeys(run: RecordedRun): RecordedRun {
  const constants = { up: Buffer.alloc(32, 0x11), down: Buffer.alloc(32, 0x22) };
  const logged = { initiatorKey: constants.up.toString("hex"), responderKey: constants.down.toString("hex") };
  const resealed = editDatagrams(run, (payload, way) =>
    (packetType(payload) ?? 0) >= DATA
      ? sealLike(payload, {}, openBody(payload, keyOf(run, way)), constants[way])
      : undefined,
  );
  return {
    ...resealed,
    nodes: resealed.nodes.map((node) => ({
      ...node,
      events: formatEvents(
        parseEvents(node.events).map((event) =>
          event.kind === "session-keys" ? { ...event, data: { ...event.data, ...logged } } : event,
        ),
      ),
    })),
  };
}

function upToFirstPayload(segments: readonly Buffer[]): readonly Buffer[] {
  const first = segments.findIndex((frame) => (viewTcp(frame)?.payload.length ?? 0) > 0);
  return segments.slice(0, first + 1);
}

/** The stream's first bytes once more, one too many for a datagram. */
function withLongDatagram(run: RecordedRun): RecordedRun {
  return addDatagram(run, "up", (like, plain, key) => {
    const again = streamOf(run, "up").subarray(0, LARGEST_STREAM_PIECE_BYTES + 1);
    const state = Buffer.concat([plain.subarray(0, 16), Buffer.alloc(8)]);
    return sealLike(like, { packetNumber: FREE_PACKET_NUMBER }, Buffer.concat([state, again]), key);
  });
}

/** SYN, SYN-ACK, ACK come first. */
function isTcp(frame: Buffer): boolean {
  return frame.readUInt16BE(12) === 0x0800 && frame[23] === 6;
}

function typeAt(frame: Buffer): number | undefined {
  const payload = wayOf(frame) === undefined ? undefined : viewUdp(frame)?.payload;
  return payload === undefined || packetType(payload) === undefined ? undefined : fieldsOf(payload).type;
}
