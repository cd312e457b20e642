/** Sessions that are less than their markers say: idle, without proof of identity, or too small for what was claimed. */
import { onRun } from "./honest-runs.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import { editMarkers } from "../tamper/console-edit.ts";
import { viewUdp } from "../tamper/frames.ts";
import { DATA, openBody, packetType, PING, sealLike } from "../tamper/sealed-packets.ts";
import { shorterSegment, type TcpView, viewTcp, withSegment } from "../tamper/tcp-segments.ts";
import { countAs, editDatagrams, editFrames, framesAtFirstNic, keyOf, wayOf, type Way } from "../tamper/wire.ts";

const RECEIVER_STATE_BYTES = 16;
/** Length prefix and third message of the handshake: key, tag, and the proof of identity that may be left out (dsoftbus-transport.md#10-tcp-transport). */
const MSG3 = 0x03;
const MSG3_RECORD_BYTES = 2 + 160;
const MSG3_WITHOUT_PROOF_BYTES = 64;
/** More than any recorded session moved. */
const LARGE_BULK_BYTES = 16 * 1024 * 1024;

export const SEAL_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onRun("identity-reject"),
    name: "markers-over-an-idle-session",
    breaks: "says that mux bytes and requests went both ways over a session that exchanged nothing but PINGs",
    code: "contradicted",
    rules: ["udp-sealed-both-ways", "control-beside-bulk"],
    why: "no data, and so no requests either; the next one claims none",
    tamper: (run) => withoutData(withoutData(run, "up"), "down"),
  },
  {
    ...onRun("identity-reject"),
    name: "mux-marker-over-an-idle-session",
    breaks: "says that mux bytes went both ways over a session that exchanged nothing but PINGs",
    code: "contradicted",
    rules: ["udp-sealed-both-ways"],
    tamper: (run) => withoutData(withoutData(withoutControl(run), "up"), "down"),
  },
  {
    ...onRun("identity-reject"),
    name: "stranger-never-dialled",
    breaks: "says that wrong identities were refused, and dialled with none",
    code: "contradicted",
    rules: ["refused-handshake-seen"],
    tamper: (run) => withoutRefusedDials(run, () => true),
  },
  {
    ...onRun("identity-reject"),
    name: "wrong-device-never-dialled",
    breaks: "says that wrong identities were refused, and let only a stranger dial",
    code: "contradicted",
    rules: ["refused-handshake-seen"],
    tamper: (run) => withoutRefusedDials(run, (hasMsg3) => !hasMsg3),
  },
  {
    ...onRun("identity-reject"),
    name: "only-the-wrong-device-dialled",
    breaks: "says that wrong identities were refused, and let no stranger dial",
    code: "contradicted",
    rules: ["refused-handshake-seen"],
    tamper: (run) => withoutRefusedDials(run, (hasMsg3) => hasMsg3),
  },
  {
    ...onRun("tcp-unlogged"),
    name: "fallback-without-proof-of-identity",
    breaks: "leaves the proof of who dials out of the fallback's handshake, and seals everything as it should be",
    code: "contradicted",
    rules: ["nothing-else-on-the-wire", "tcp-sealed-both-ways"],
    why: "both know how long the messages of the handshake are",
    tamper: withoutProof,
  },
  {
    ...onRun("tcp-unlogged"),
    name: "unlogged-records-in-clear",
    breaks: "sends records of the right lengths over the fallback, and text in them",
    code: "contradicted",
    rules: ["nothing-else-on-the-wire", "tcp-sealed-both-ways"],
    why: "the first asks it of every connection, the second of the one that the marker is about",
    tamper: withRecordsInClear,
  },
  {
    ...onRun("udp-sec-unlogged"),
    name: "unlogged-bulk-too-small",
    breaks: "claims more bulk than its datagrams can have held, where no key log shows what they did hold",
    code: "contradicted",
    rules: ["udp-bulk-volume"],
    tamper: withLargeBulk,
  },
  {
    ...onRun("tcp-unlogged"),
    name: "unlogged-fallback-bulk-too-small",
    breaks: "claims more bulk than the fallback's records can have held, where no key log shows what they did hold",
    code: "contradicted",
    rules: ["tcp-bulk-volume"],
    tamper: withLargeBulk,
  },
];

function withLargeBulk(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const workload = { ...profile.workload, bulkBytes: LARGE_BULK_BYTES };
  return { ...run, loaded: { manifest, profile: { ...profile, workload } } };
}

/** Nobody asks for the control probe's marker, and nobody prints it. */
function withoutControl(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const node = profile.node.map((each) => ({
    ...each,
    rung: each.rung.filter(({ marker }) => marker !== "control-ok"),
  }));
  const nodes = run.nodes.map((each) =>
    editMarkers(each, (lines) => lines.filter((line) => line !== "SELFTEST: udp-sec control ok")),
  );
  return { ...run, loaded: { manifest, profile: { ...profile, node } }, nodes };
}

/** DATA become PINGs under the numbers that they had. */
function withoutData(run: RecordedRun, way: Way): RecordedRun {
  const key = keyOf(run, way);
  return editDatagrams(run, (payload, itsWay) => {
    if (itsWay !== way || packetType(payload) !== DATA) return undefined;
    const state = openBody(payload, key).subarray(0, RECEIVER_STATE_BYTES);
    return sealLike(payload, { type: PING, flags: 0 }, state, key);
  });
}

/** Dials that came to DATA stay; of the others those that aren't asked for. */
function withoutRefusedDials(run: RecordedRun, isAskedFor: (hasMsg3: boolean) => boolean): RecordedRun {
  const halvesWith = (type: number): Set<string | undefined> =>
    new Set(framesAtFirstNic(run).map((frame) => (typeAt(frame) === type ? halfAt(frame) : undefined)));
  const [accepted, proven] = [halvesWith(DATA), halvesWith(MSG3)];
  const isRefused = (frame: Buffer): boolean => {
    const half = halfAt(frame);
    return typeAt(frame) !== undefined && !accepted.has(half) && isAskedFor(proven.has(half));
  };
  const gone = framesAtFirstNic(run).filter(isRefused).map(wayOf);
  const fewer = editFrames(run, (frame) => (isRefused(frame) ? [] : [frame]));
  const countOf = (way: Way): number => gone.filter((each) => each === way).length;
  return countAs(countAs(fewer, "up", -countOf("up")), "down", -countOf("down"));
}

function typeAt(frame: Buffer): number | undefined {
  return wayOf(frame) === undefined ? undefined : packetType(viewUdp(frame)?.payload ?? Buffer.alloc(0));
}

/** The initiator's half of the session id: it is in MSG1 already. */
function halfAt(frame: Buffer): string | undefined {
  return viewUdp(frame)?.payload.toString("hex", 4, 8);
}

/** Of the first connection's server, all records after its handshake message. */
function withRecordsInClear(run: RecordedRun): RecordedRun {
  const segments = framesAtFirstNic(run).flatMap((frame) => {
    const segment = viewTcp(frame);
    return segment === undefined || segment.fromClient || segment.payload.length === 0 ? [] : segment;
  });
  const [first] = segments;
  if (first === undefined) return run;
  const placeOf = ({ sequence }: { readonly sequence: number }): number => (sequence - first.sequence) >>> 0;
  const isOfIt = (segment: TcpView): boolean => !segment.fromClient && placeOf(segment) < LARGE_BULK_BYTES;
  const own = segments.filter(isOfIt);
  const stream = Buffer.alloc(Math.max(...own.map((segment) => placeOf(segment) + segment.payload.length)));
  for (const segment of own) segment.payload.copy(stream, placeOf(segment));
  for (let at = 2 + stream.readUInt16LE(0); at + 2 <= stream.length; at += 2 + stream.readUInt16LE(at)) {
    stream.fill("in clear ", at + 2, Math.min(stream.length, at + 2 + stream.readUInt16LE(at)));
  }
  return editFrames(run, (frame) => {
    const segment = viewTcp(frame);
    if (segment === undefined || !isOfIt(segment) || segment.payload.length === 0) return [frame];
    const from = placeOf(segment);
    return [withSegment(frame, { payload: stream.subarray(from, from + segment.payload.length) })];
  });
}

function withoutProof(run: RecordedRun): RecordedRun {
  const third = framesAtFirstNic(run)
    .map(viewTcp)
    .find((segment) => segment?.fromClient === true && segment.payload.length === MSG3_RECORD_BYTES);
  if (third === undefined) return run;
  const length = Buffer.from([MSG3_WITHOUT_PROOF_BYTES, 0]);
  const shorter = Buffer.concat([length, third.payload.subarray(2, 2 + MSG3_WITHOUT_PROOF_BYTES)]);
  const edit = shorterSegment(third.sequence, shorter, MSG3_RECORD_BYTES - shorter.length);
  return editFrames(run, (frame) => [edit(frame)]);
}
