import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatEventLine, type EventLine } from "../../contract/event-line.ts";
import { HOSTILE, obeyedIn } from "../console/obeyed-characters.fixture.ts";
import { HOST_A, HOST_B, pcapFile, udp } from "../evidence/capture-writer.fixture.ts";
import { header } from "../evidence/recorded-run.fixture.ts";
import { SESSION_PORT } from "../topology/addressing.ts";
import { compareRuns } from "./compare-runs.ts";
import { findRun } from "./run-folder.ts";

interface Told {
  code: string;
  scale: number;
  rungs: { node: string; marker: string; text: string; reachedMs?: number; tookMs?: number }[];
  events: Pick<EventLine, "source" | "kind" | "data">[];
  packetTypes: number[];
}

let folders: string[];
beforeEach(() => (folders = []));
afterEach(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function run(change: (told: Told) => void = () => undefined): string {
  const rung = (marker: string, reachedMs: number) => ({ node: "a", marker, text: marker, reachedMs, tookMs: 1_000 });
  const told: Told = {
    code: "passed",
    scale: 1,
    rungs: [rung("one", 1_000), rung("two", 2_000)],
    events: [
      { source: "dsoftbusd", kind: "listening", data: { port: 1 } },
      { source: "dsoftbusd", kind: "marker", data: { text: "up" } },
      { source: "selftest", kind: "probe-passed", data: { probe: "bulk", durationMs: 3 } },
    ],
    packetTypes: [1, 2, 3],
  };
  change(told);
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  folders.push(folder);
  const { code, scale, rungs, events, packetTypes } = told;
  const summary = { profile: "p", seed: "s", passed: code === "passed", code, detail: code, scale, rungs };
  writeFileSync(join(folder, "summary.json"), JSON.stringify({ ...summary, nodes: [{ name: "a" }] }));
  const lines = events.map((event, index) => formatEventLine({ ...event, seq: index + 1, atMs: index }));
  writeFileSync(join(folder, "a-events.ndjson"), lines.join(""));
  const frames = packetTypes.map((type) => ({
    bytes: udp(HOST_A, 9, HOST_B, SESSION_PORT, Buffer.concat([header(type, 0, 20), Buffer.alloc(20)])),
  }));
  writeFileSync(join(folder, "a-nic0.pcap"), pcapFile(frames));
  return folder;
}

describe("two runs", () => {
  it("of the same story don't differ", async () => {
    expect(await compareRuns(run(), run())).toEqual([]);
  });

  it("part at a rung", async () => {
    const bad = run((told) => {
      told.code = "exited";
      delete told.rungs[1]?.reachedMs;
    });
    expect(await compareRuns(run(), bad)).toEqual([
      { kind: "verdict", where: "run", good: "passed", bad: "exited" },
      { kind: "rung", where: "a", good: '"two" after 2.000 s', bad: "no further rung" },
    ]);
  });

  it("part at an event, whatever its figures", async () => {
    const slower = run((told) => told.events.push({ source: "dsoftbusd", kind: "metrics", data: { sessions: [] } }));
    expect(await compareRuns(run(), slower)).toEqual([]);
    const bad = run((told) => (told.events[2] = { source: "selftest", kind: "probe-failed", data: { probe: "bulk" } }));
    expect(await compareRuns(run(), bad)).toEqual([
      {
        kind: "event",
        where: "a/selftest",
        good: "probe-passed probe=bulk (line 3)",
        bad: "probe-failed probe=bulk (line 3)",
      },
    ]);
  });

  it("part at an event of a guest that would command the terminal", async () => {
    const bad = run((told) => (told.events[1] = { source: "dsoftbusd", kind: "marker", data: { text: HOSTILE } }));
    const [parting] = await compareRuns(run(), bad);
    expect(parting?.bad).toContain("éé");
    expect(obeyedIn(parting?.bad ?? "")).toEqual([]);
  });

  it("part at a packet", async () => {
    const [parting] = await compareRuns(
      run(),
      run((told) => (told.packetTypes = [1, 2, 2, 3])),
    );
    expect(parting).toMatchObject({
      kind: "packet",
      where: "a-nic0.pcap",
      good: "MSG3 46 bytes to the listener (packet 3, frame 3)",
      bad: "MSG2 46 bytes to the listener (packet 3, frame 3)",
    });
  });

  it("part at a metric, but not by the machine's speed", async () => {
    const slow = (factor: number) => (told: Told) => told.rungs.forEach((rung) => (rung.tookMs = 1_000 * factor));
    expect(await compareRuns(run(), run(slow(1.49)))).toEqual([]);
    const [parting] = await compareRuns(run(), run(slow(1.5)));
    expect(parting).toMatchObject({ kind: "metric", where: 'time to "one"', bad: "1.50 s at scale 1" });
    const slowMachine = run((told) => (slow(3)(told), (told.scale = 3)));
    expect(await compareRuns(run(), slowMachine)).toEqual([]);
  });
});

describe("a run", () => {
  it("is found by folder and by name", () => {
    const folder = run();
    expect(findRun(folder, "/nowhere")).toBe(folder);
    expect(findRun(basename(folder), dirname(folder))).toBe(folder);
  });

  it("that isn't there is refused", () => {
    expect(() => findRun("lates", "/nowhere")).toThrow(expect.objectContaining({ code: "run-unknown" }));
  });
});
