/** Streams that say something else than the markers: sealed as they should be, so that only who opens them can tell. */
import { readMuxFrames, type MuxFrame } from "../../evidence/scene/decode/mux-frames.ts";
import type { RecordedRun } from "../recordings/recording.ts";
import type { RecordedSabotage } from "./sabotage.ts";
import { streamId, withCredit } from "../tamper/mux-pieces.ts";
import { patchStream, streamOf } from "../tamper/wire.ts";

const onUdpSec = { where: "recorded", honest: "udp-sec", code: "contradicted" } as const;
/** Of a bulk stream: the announcement message comes first. */
const ANNOUNCEMENT_MESSAGE_BYTES = 16;

export const STREAM_SABOTAGES: readonly RecordedSabotage[] = [
  {
    ...onUdpSec,
    name: "hash-not-compared",
    breaks: "sends other content than it should, and nobody compares it at the far end",
    rules: ["bulk-content"],
    tamper: (run) => {
      const [largest] = dataOf(run, "bulk/").sort((a, b) => b.payload.length - a.payload.length);
      if (largest === undefined) return run;
      return patchStream(run, "up", largest.end - Math.floor(largest.payload.length / 2), Buffer.alloc(8, 0xaa));
    },
  },
  {
    ...onUdpSec,
    name: "verdict-without-comparing",
    breaks: "lets the far end answer with a digest that isn't the content's",
    rules: ["bulk-content"],
    tamper: (run) => {
      const digest = dataOf(run, "bulk/").at(-1);
      return digest === undefined ? run : patchStream(run, "up", digest.end - 4, Buffer.alloc(4, 0x55));
    },
  },
  {
    ...onUdpSec,
    name: "bulk-smaller-than-claimed",
    breaks: "announces and sends less than the workload asks for",
    rules: ["bulk-content", "bulk-as-asked"],
    why: "one holds all bulks of the run against the workload, the other that of the self-test",
    tamper: (run) => {
      const { profile, manifest } = run.loaded;
      const workload = { ...profile.workload, bulkBytes: profile.workload.bulkBytes + 1 };
      return { ...run, loaded: { manifest, profile: { ...profile, workload } } };
    },
  },
  {
    ...onUdpSec,
    name: "backpressure-not-reached",
    breaks: "stops writing long before its reader's window is full, and calls that backpressure",
    rules: ["backpressure-reached"],
    tamper: (run) => withCredit(run, "sink/", (credit) => credit + 4_096),
  },
  {
    ...onUdpSec,
    name: "window-ignored",
    breaks: "writes on when its reader's window is full",
    rules: ["observer"],
    tamper: (run) => withCredit(run, "bulk/", () => 1_024),
  },
];

/** The DATA frames of the stream whose name begins so, from who opened it. */
function dataOf(run: RecordedRun, name: string): Extract<MuxFrame, { readonly type: "DATA" }>[] {
  const { frames } = readMuxFrames(streamOf(run, "up"));
  const id = streamId(frames, name);
  return frames
    .filter((frame) => frame.type === "DATA")
    .filter(({ streamId: its, payload }) => {
      return its === id && payload.length > ANNOUNCEMENT_MESSAGE_BYTES;
    });
}
