/** A guest that prints what commands a terminal, wherever it may: what of it comes near one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { HOSTILE, obeyedIn } from "../console/obeyed-characters.fixture.ts";
import { colorsFor } from "../report/colors.ts";
import { REPORTERS } from "../report/reporters/index.ts";
import type { RunResult } from "./result/run-result.ts";
import { runProfile } from "./run-profile.ts";
import {
  loadScripted,
  RUNGS,
  scriptedEquipment,
  scriptedPorts,
  scriptedRequest,
  type Script,
} from "./scripted-machine.fixture.ts";

const runsFolder = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(runsFolder, { recursive: true }));

/** On one line, and with an event port that begins its lines with what it likes. */
const WORD = HOSTILE.replaceAll("\r", "");
const INIT = "init: udpsec initramfs up";
const OFF = { kind: "guest-shutdown" } as const;
/** What QEMU writes as the guest wrote it: raw, for programs. */
const RAW_FILES = ["a-serial.log", "a-events.ndjson", "a-init.log"];

async function run(script: Script): Promise<{ readonly result: RunResult; readonly progress: string }> {
  let progress = "";
  const output = { write: (text: string) => (progress += text), columns: 80 };
  const reporter = REPORTERS.list.live({ output, colors: colorsFor(false, {}), isLive: false, isBrief: false });
  const request = scriptedRequest(loadScripted(), { runsFolder });
  const { signal } = new AbortController();
  const result = await runProfile(request, scriptedEquipment(), reporter, signal, scriptedPorts(script));
  return { result, progress };
}

const complaint = { source: `selftest${WORD}`, kind: "probe-failed", data: { message: WORD } };
const marker = { source: `agent${WORD}`, kind: "marker", data: { text: `SELFTEST: ${WORD}` } };

describe.each<[string, RegExp, Script]>([
  ["a marker on the console", /unknown-marker.*\n.*é/, { lines: [INIT, `SELFTEST: rng gate ok ${WORD}`], exit: OFF }],
  ["a panic", /crashed.*\n.*é/, { lines: [INIT, `Kernel panic - ${WORD}`], exit: OFF }],
  [
    "a line like a marker",
    /nearest line seen: .*é/,
    { lines: [INIT, RUNGS[0], "SELFTES: rng gate\u202eé\u0085"], exit: OFF },
  ],
  ["a marker at the event port", /event port: SELFTEST: <é/, { events: [marker], lines: [INIT, ...RUNGS], exit: OFF }],
  ["a complaint", /said: a\/selftest<é.*"<é/, { events: [complaint], lines: [INIT], exit: OFF }],
  ["the last word of its QEMU", /gave up .*é/, { lines: [], exit: { kind: "error", exitCode: 1, stderr: WORD } }],
])("of a guest that would command the terminal by %s", (_, heard, script) => {
  it("nothing that one obeys is in progress and failure block, nor in any text that is left", async () => {
    const { result, progress } = await run(script);
    expect(progress).toMatch(heard);
    expect(obeyedIn(progress)).toEqual([]);
    const texts = readdirSync(result.artifactsFolder).filter((name) => !RAW_FILES.includes(name));
    const told = ["summary.txt", "summary.json", "junit.xml", "a-console.txt", "a-screen.txt"];
    expect(texts).toEqual(expect.arrayContaining(told));
    for (const name of texts) {
      expect([name, obeyedIn(readFileSync(join(result.artifactsFolder, name), "utf8"))]).toEqual([name, []]);
    }
    const counts = { passed: 0, failed: 1, skipped: 0, exitStatus: 1, rates: [] };
    const json = REPORTERS.json.closing({
      ...counts,
      results: [result],
      thrown: [],
      left: [],
      runsFolder,
      isRepeated: false,
    });
    expect(obeyedIn(json)).toEqual([]);
  });
});
