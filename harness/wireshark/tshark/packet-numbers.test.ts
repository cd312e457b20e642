/** The numbers and times that we name of a capture are those that people see in Wireshark. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { streamCapture } from "../../capture/capture-stream.ts";
import { REPORTED_RUN, reportedRuns } from "../../report/reported-run.fixture.ts";
import { udpsec } from "../virtual-capture.fixture.ts";

let runs = "";
beforeAll(() => {
  runs = reportedRuns();
});
afterAll(() => rmSync(runs, { recursive: true }));

function tshark(capture: string, filter: string, field: string): number[] {
  const words = ["-r", capture, "-Y", filter, "-T", "fields", "-e", field];
  const text = execFileSync("tshark", words, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  return text.split("\n").filter(Boolean).map(Number);
}

test("markers that the switch wrote among the frames count as packets, and keep their times when a run is opened", async () => {
  const folder = join(runs, REPORTED_RUN);
  const capture = join(folder, "fabric.pcapng");
  const [numbers, notes]: [number[], number[]] = [[], []];
  for await (const item of streamCapture(capture)) {
    if (item.kind === "frame") numbers.push(item.number);
    if (item.kind === "note") notes.push((item.timeUs ?? 0) / 1e6);
  }
  expect(notes.length).toBeGreaterThan(3);
  expect(tshark(capture, "eth", "frame.number")).toEqual(numbers);
  const opened = join(runs, "opened.pcapng");
  expect((await udpsec("decrypt", folder, "--output", opened)).status).toBe(0);
  for (const path of [capture, opened]) expect(tshark(path, "systemd_journal", "frame.time_epoch")).toEqual(notes);
}, 120_000);
