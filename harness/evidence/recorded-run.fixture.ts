/** A small run as it would be recorded: two nodes, one session, everything in order. Tests change one thing at a time. */
import { createCipheriv, createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  HOST_A,
  HOST_B,
  pcapFile,
  tcp,
  u16le,
  u32le,
  u64le,
  udp,
  type Host,
  type TestFrame,
} from "./capture-writer.fixture.ts";
import { Manifest, parseManifest } from "../markers/manifest.ts";
import type { EvidenceInput, PrintedMarker, SessionKeyRecord } from "./scene/evidence-input.ts";
import type { EvidenceFinding } from "./findings/evidence-finding.ts";
import { judgeEvidence, type JudgeOptions } from "./findings/judge-evidence.ts";

const LISTED = new Manifest(
  parseManifest(readFileSync(new URL("../../fixtures/markers.toml", import.meta.url), "utf8")),
);

/** @param id of a marker of the project @returns it as a node printed it */
export function printed(id: string, node: string): PrintedMarker {
  const entry = LISTED.get(id);
  if (entry === undefined) throw new RangeError(`no marker ${id}`);
  return { ...entry, node, atMs: 0, line: entry.text.replace("<port:port>", String(PORT)) };
}

export const PORT = 37_021;
export const CLIENT_PORT = 40_000;
export const SESSION_ID = "0a0b0c0d1a1b1c1d";
/** Of all test content (services.md#test-content). */
export const CANARY = "udpsec-canary-7f3a9c51";
export const BULK_BYTES = 8_000;
export const KEYS: SessionKeyRecord = {
  sessionId: SESSION_ID,
  initiatorKey: "11".repeat(32),
  responderKey: "22".repeat(32),
};

/** Bytes that look random but are the same in each run. */
export function noise(label: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) =>
    createHash("sha512").update(`${label}${i}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

export function seal(key: string, counter: number, associatedData: Buffer, plain: Buffer): Buffer {
  const nonce = Buffer.concat([Buffer.alloc(4), u64le(counter)]);
  const cipher = createCipheriv("chacha20-poly1305", Buffer.from(key, "hex"), nonce, { authTagLength: 16 });
  cipher.setAAD(associatedData, { plaintextLength: plain.length });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

export function header(type: number, packetNumber: number, bodyBytes: number, sessionId = SESSION_ID): Buffer {
  const start = Buffer.from([1, type, 0, 0]);
  return Buffer.concat([
    start,
    Buffer.from(sessionId, "hex"),
    u32le(packetNumber),
    u32le(0),
    u32le(0),
    u16le(bodyBytes),
  ]);
}

export interface DataPacket {
  readonly pn: number;
  readonly offset: number;
  readonly bytes: Buffer;
  /** What its sender had received of the other direction. Default: as much as it sent. */
  readonly delivered?: number;
  /** False: the plaintext leaves as it is, with a tag of zeros. */
  readonly sealed?: boolean;
  readonly type?: number;
  readonly sessionId?: string;
}

export function dataPacket(
  key: string,
  { pn, offset, bytes, delivered = offset, sealed = true, type = 0x10, sessionId }: DataPacket,
): Buffer {
  const plain = Buffer.concat([
    u64le(delivered),
    u32le(262_144),
    u32le(0),
    ...(type === 0x10 ? [u64le(offset), bytes] : []),
  ]);
  const head = header(type, pn, plain.length + 16, sessionId);
  return Buffer.concat([head, sealed ? seal(key, pn, head, plain) : Buffer.concat([plain, Buffer.alloc(16)])]);
}

/** Stream bytes of one direction, with the canary every 2,000 bytes. */
export function streamBytes(label: string, length = BULK_BYTES): Buffer {
  const bytes = Buffer.from(noise(label, length));
  for (let at = 100; at + CANARY.length < length; at += 2_000) bytes.write(CANARY, at);
  return bytes;
}

export interface UdpRun {
  readonly initiator: Host;
  readonly responder: Host;
  readonly up: DataPacket[];
  readonly down: DataPacket[];
  handshake: [Buffer, Buffer, Buffer];
  readonly extra: Buffer[];
}

export function udpRun(initiator = HOST_A, responder = HOST_B): UdpRun {
  const handshake: [Buffer, Buffer, Buffer] = [
    Buffer.concat([header(1, 0, 1174, `${SESSION_ID.slice(0, 8)}00000000`), noise("msg1", 1174)]),
    Buffer.concat([header(2, 0, 1174), noise("msg2", 1174)]),
    Buffer.concat([header(3, 0, 175), noise("msg3", 175)]),
  ];
  return { initiator, responder, up: cut(streamBytes("up")), down: cut(streamBytes("down")), handshake, extra: [] };
}

function cut(stream: Buffer): DataPacket[] {
  const packets: DataPacket[] = [];
  for (let offset = 0; offset < stream.length; offset += 1000) {
    packets.push({ pn: packets.length + 1, offset, bytes: stream.subarray(offset, offset + 1000) });
  }
  return packets;
}

export function udpFrames(run: UdpRun): { readonly fromInitiator: boolean; readonly bytes: Buffer }[] {
  const up = (payload: Buffer): { fromInitiator: boolean; bytes: Buffer } => ({
    fromInitiator: true,
    bytes: udp(run.initiator, CLIENT_PORT, run.responder, PORT, payload),
  });
  const down = (payload: Buffer): { fromInitiator: boolean; bytes: Buffer } => ({
    fromInitiator: false,
    bytes: udp(run.responder, PORT, run.initiator, CLIENT_PORT, payload),
  });
  const [msg1, msg2, msg3] = run.handshake;
  return [
    ...[up(msg1), down(msg2), up(msg3)],
    ...run.up.map((packet) => up(dataPacket(KEYS.initiatorKey, packet))),
    ...run.down.map((packet) => down(dataPacket(KEYS.responderKey, packet))),
    ...run.extra.map((bytes) => ({ fromInitiator: true, bytes })),
  ];
}

export interface TcpRun {
  handshake: [number, number, number];
  up: Buffer[];
  down: Buffer[];
  sealed: boolean;
}

export function tcpRun(): TcpRun {
  const records = (label: string): Buffer[] => {
    const stream = streamBytes(label);
    return [0, 1, 2, 3].map((i) => stream.subarray(i * 2000, (i + 1) * 2000));
  };
  return { handshake: [48, 144, 160], up: records("up"), down: records("down"), sealed: true };
}

/** Segments of 1,400 bytes, the sequence numbers of the client wrapping around. */
export function tcpFrames(run: TcpRun): Buffer[] {
  const frame = (message: Buffer): Buffer => Buffer.concat([u16le(message.length), message]);
  const record =
    (key: string) =>
    (bytes: Buffer, counter: number): Buffer => {
      const plain = Buffer.concat([Buffer.from([0]), bytes]);
      return frame(run.sealed ? seal(key, counter, Buffer.alloc(0), plain) : Buffer.concat([plain, Buffer.alloc(16)]));
    };
  const [first, second, third] = run.handshake.map((length, i) => frame(noise(`noise${i}`, length)));
  const up = Buffer.concat([first ?? u16le(0), third ?? u16le(0), ...run.up.map(record(KEYS.initiatorKey))]);
  const down = Buffer.concat([second ?? u16le(0), ...run.down.map(record(KEYS.responderKey))]);
  const clientStart = 0xffff_fff0;
  return [
    tcp(HOST_A, CLIENT_PORT, HOST_B, PORT, { sequence: clientStart, flags: 2 }),
    tcp(HOST_B, PORT, HOST_A, CLIENT_PORT, { sequence: 77, flags: 18 }),
    ...segments(up, clientStart + 1, (fields) => tcp(HOST_A, CLIENT_PORT, HOST_B, PORT, fields)),
    ...segments(down, 78, (fields) => tcp(HOST_B, PORT, HOST_A, CLIENT_PORT, fields)),
  ];
}

function segments(
  stream: Buffer,
  start: number,
  make: (fields: { sequence: number; flags: number; payload: Buffer }) => Buffer,
): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 1400) {
    all.push(make({ sequence: start + at, flags: 16, payload: stream.subarray(at, at + 1400) }));
  }
  return all;
}

export interface Recorded extends Partial<Omit<EvidenceInput, "captures" | "markers">> {
  /** By node; NIC 0 with its MAC unless the file is pcapng. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly macs?: Readonly<Record<string, string>>;
  readonly markers?: readonly string[];
  /** Who printed the markers. Default a. */
  readonly printedBy?: string;
  /** Its streams hold mux frames; the plain ones of this fixture hold noise, of which the rules of the mux know nothing. */
  readonly talksMux?: boolean;
}

const RULES_OF_THE_MUX = ["bulk-content"];

/** Writes the files and judges them. */
export async function judgeRecorded(recorded: Recorded, options: JudgeOptions = {}): Promise<EvidenceFinding[]> {
  const { files, macs = {}, markers = [], printedBy = "a", talksMux = false, ...rest } = recorded;
  const folder = await mkdtemp(join(tmpdir(), "evidence-"));
  try {
    const captures = await Promise.all(
      Object.entries(files).map(async ([node, bytes]) => {
        const path = join(folder, node);
        await writeFile(path, bytes);
        const mac = macs[node];
        return mac === undefined ? { node, nic: 0, path } : { node, nic: 0, path, mac };
      }),
    );
    const input: EvidenceInput = {
      ...{ sessionPort: PORT, keys: [KEYS], counters: [], canary: CANARY, bulkBytes: BULK_BYTES, lossy: false },
      ...rest,
      captures,
      markers: markers.map((id) => printed(id, printedBy)),
    };
    const without = new Set([...(options.without ?? []), ...(talksMux ? [] : RULES_OF_THE_MUX)]);
    return await judgeEvidence(input, { without });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Both NICs on one hub see every frame. */
export function onHub(frames: readonly Buffer[]): Pick<Recorded, "files" | "macs"> {
  const file = pcapFile(frames.map((bytes): TestFrame => ({ bytes })));
  return { files: { a: file, b: file }, macs: { a: HOST_A.mac, b: HOST_B.mac } };
}

export function finding(findings: readonly EvidenceFinding[], rule: string): EvidenceFinding | undefined {
  return findings.find((entry) => entry.rule === rule);
}

export function contradictions(findings: readonly EvidenceFinding[]): string[] {
  return findings.filter(({ finding }) => finding === "contradicted").map(({ rule }) => rule);
}
