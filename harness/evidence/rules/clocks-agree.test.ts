import { expect, test } from "vitest";
import { pcapFile } from "../capture-writer.fixture.ts";
import { finding, judgeRecorded, udpFrames, udpRun, onHub, type Recorded } from "../recorded-run.fixture.ts";

const GLOBAL_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;

/** Both NICs on one hub; the frames at these times. */
function timed(secondsOf: (index: number, count: number) => number): Recorded {
  const frames = udpFrames(udpRun()).map(({ bytes }) => bytes);
  const { macs = {} } = onHub(frames);
  const file = pcapFile(frames.map((bytes) => ({ bytes })));
  let at = GLOBAL_HEADER_BYTES;
  for (const [index, frame] of frames.entries()) {
    const us = Math.round(secondsOf(index, frames.length) * 1e6);
    file.writeUInt32LE(Math.floor(us / 1e6), at);
    file.writeUInt32LE(us % 1e6, at + 4);
    at += RECORD_HEADER_BYTES + frame.length;
  }
  return { files: { a: file, b: file }, macs };
}

const judged = async (recorded: Recorded) => finding(await judgeRecorded(recorded), "clocks-agree");

test("frames in the order of their clock, by a machine that lived for as long", async () => {
  const tenSeconds = timed((index, count) => 100 + (10 * index) / (count - 1));
  expect(await judged(tenSeconds)).toMatchObject({
    finding: "confirmed",
    saw: "each capture in the order of its clock",
  });
  expect(await judged({ ...tenSeconds, lives: [{ node: "a", seconds: 2 }] })).toMatchObject({ finding: "confirmed" });
  expect(await judged({ ...tenSeconds, lives: [{ node: "a", seconds: 0.5 }] })).toMatchObject({
    finding: "contradicted",
    saw: expect.stringMatching(/^a sent for \d+\.\d s and lived for 0\.5 s$/) as string,
  });
  expect(await judged({ ...tenSeconds, lives: [{ node: "z", seconds: 0 }] })).toMatchObject({ finding: "confirmed" });
});

test("a clock that runs back, by however little", async () => {
  const back = timed((index) => 100 + index / 1_000 - (index === 5 ? 0.002 : 0));
  expect(await judged(back)).toMatchObject({ finding: "contradicted", saw: "the clock of a.0 runs backwards" });
});
