/** Probes that did less than they were asked for, or something else, while every byte of it is right. */
import { createHash } from "node:crypto";
import { testContent } from "../../../contract/test-content.ts";
import { readMuxFrames } from "../../evidence/scene/decode/mux-frames.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import { dataPieces } from "../tamper/mux-pieces.ts";
import { patchStream, streamOf, type Way } from "../tamper/wire.ts";
import { onRun } from "./honest-runs.ts";
import type { RecordedSabotage } from "./sabotage.ts";

const contradictedOn = (name: "udp-sec" | "tcp-fallback") => ({ ...onRun(name), code: "contradicted" }) as const;
const HEADER_BYTES = 12;
/** Of a mux frame's header (dsoftbus-transport.md#12-mux-v2). */
const PRIORITY_AT = 2;
const CREDIT_AND_NAME = 4;
const DIGEST_BYTES = 32;

export const WORK_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...contradictedOn("udp-sec"),
    name: "control-with-fewer-messages",
    breaks: "exchanges fewer requests than the workload asks for",
    rules: ["control-beside-bulk"],
    tamper: withOneMessageMore,
  },
  {
    ...contradictedOn("tcp-fallback"),
    name: "fallback-with-fewer-messages",
    breaks: "exchanges fewer requests over TCP than the workload asks for",
    rules: ["control-beside-bulk"],
    tamper: withOneMessageMore,
  },
  {
    ...contradictedOn("udp-sec"),
    name: "control-without-bulk",
    breaks: "has nothing on its way that is less urgent than the requests",
    rules: ["control-beside-bulk"],
    tamper: (run) => {
      const name = "echo/background";
      const open = readMuxFrames(streamOf(run, "up")).frames.find(
        (frame) => frame.type === "OPEN" && frame.name === name,
      );
      if (open === undefined) return run;
      const start = open.end - HEADER_BYTES - CREDIT_AND_NAME - name.length;
      return patchStream(run, "up", start + PRIORITY_AT, Buffer.of(0));
    },
  },
  {
    ...contradictedOn("udp-sec"),
    name: "bulk-of-another-run",
    breaks: "transfers content that isn't this run's, whole and with all its digests",
    rules: ["bulk-as-asked"],
    tamper: (run) => {
      const seed = 0x0dd5eed;
      const { bulkBytes } = run.loaded.profile.workload;
      const there = transfer(seed, bulkBytes);
      const back = transfer(seed + 1, bulkBytes);
      const up = Buffer.concat([there.bytes, message(Buffer.of(1), back.digest)]);
      const down = Buffer.concat([message(Buffer.of(1), there.digest), back.bytes]);
      return withContent(withContent(run, "up", "bulk/", up), "down", "bulk/", down);
    },
  },
  {
    ...contradictedOn("udp-sec"),
    name: "sink-not-drained",
    breaks: "says that its reader went on, and the reader says that it read something else",
    rules: ["backpressure-reached"],
    tamper: (run) => {
      const [answer] = dataPieces(run, "down", "gate/");
      return answer === undefined ? run : patchStream(run, "down", answer.start + 4, Buffer.of(0));
    },
  },
];

function withOneMessageMore(run: RecordedRun): RecordedRun {
  const { profile, manifest } = run.loaded;
  const workload = { ...profile.workload, messages: profile.workload.messages + 1 };
  return { ...run, loaded: { manifest, profile: { ...profile, workload } } };
}

/** The same frames of a stream with other content, which is as long. */
function withContent(run: RecordedRun, way: Way, name: string, content: Buffer): RecordedRun {
  let taken = 0;
  return dataPieces(run, way, name).reduce((changed, { start, bytes }) => {
    const part = content.subarray(taken, (taken += bytes));
    return patchStream(changed, way, start, part);
  }, run);
}

interface Transferred {
  /** Announcement, content and digest. */
  readonly bytes: Buffer;
  readonly digest: Buffer;
}

/** services.md#bulk, of content that fits into one chunk of the digest. */
function transfer(seed: number, lengthBytes: number): Transferred {
  const content = Buffer.from(testContent(seed, 0, lengthBytes));
  const digest = createHash("sha256").update(Buffer.alloc(DIGEST_BYTES)).update(content).digest();
  const announcement = Buffer.alloc(12);
  announcement.writeUInt32LE(seed, 0);
  announcement.writeBigUInt64LE(BigInt(lengthBytes), 4);
  return { bytes: Buffer.concat([message(announcement), content, message(digest)]), digest };
}

function message(...parts: readonly Buffer[]): Buffer {
  const whole = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(whole.length);
  return Buffer.concat([length, whole]);
}
