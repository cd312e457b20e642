import { expect, it } from "vitest";
import { decodeFrame } from "../../observer/wire/frame.ts";
import { honestRun } from "../sabotages/honest-runs.ts";
import { withChecksums } from "./checksums.ts";
import { viewTcp } from "./tcp-segments.ts";
import { viewUdp } from "./frames.ts";
import { framesAtFirstNic } from "./wire.ts";

const ETHERNET = 1;

it.each(["udp-sec", "tcp-fallback"] as const)("%s: a changed frame is one that its receiver takes", (name) => {
  const frames = framesAtFirstNic(honestRun(name)).filter(
    (frame) => (viewUdp(frame) ?? viewTcp(frame))?.payload.length,
  );
  expect(frames.length).toBeGreaterThan(100);
  for (const frame of frames.slice(0, 200)) {
    const changed = Buffer.from(frame);
    changed[60] = (changed[60] ?? 0) ^ 1;
    const sums = [changed, withChecksums(changed)].map((each) => decodeFrame(ETHERNET, each)?.content);
    expect(sums).toMatchObject([{}, { checksum: "good" }]);
  }
});
