import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { formatEventLine } from "../../contract/event-line.ts";
import { EventKind } from "../../contract/events.ts";
import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import { Manifest } from "../markers/manifest.ts";
import { loadMarkers, loadProfile } from "../profiles/load.ts";
import { linkRulesOfProfile } from "../fabric/profile-links.ts";
import type { FinishedRun } from "../worlds/live/finished-run.ts";
import type { NodeExit } from "../worlds/live/node-exit.ts";
import type { StartMachine } from "../worlds/live/live-node.ts";
import type { EndedRun } from "./judge/gather-evidence.ts";
import { runProfile } from "./run-profile.ts";
import {
  loadScripted,
  noPeer,
  notingReporter,
  scriptedEquipment,
  scriptedProfile,
  scriptedRequest,
} from "./scripted-machine.fixture.ts";

const runsFolder = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

const TWO = scriptedProfile("two");
const AFTER = 'after = { node = "a", marker = "fallback-ok" }';
const action = (kind: string, ...lines: string[]): string =>
  ["", "[[action]]", `kind = "${kind}"`, ...lines, ""].join("\n");
const MANIFEST = new Manifest(loadMarkers());
const ending = { rule: "machine-ending", marker: undefined, finding: "confirmed", saw: "off" } as const;
const EVIDENCE: EvidenceFinding[] = [
  ending,
  ...["listener-up", "fallback-ok"].flatMap((id) =>
    (MANIFEST.get(id)?.evidence ?? []).map((rule) => ({ ...ending, rule })),
  ),
];

let runs = 0;

/** Two machines that climb their ladders as they start; what is done to them is noted. */
async function play(toml: string, { refuses = false, untilMarker = false, leaves = false } = {}) {
  const calls: string[] = [];
  const startMachine: StartMachine = async (planned, folder, onSerial) => {
    const { name } = planned.spec;
    const at = (suffix: string): string => join(folder, `${name}-${suffix}`);
    const files = { eventLogPath: at("events.ndjson"), serialLogPath: at("serial.log"), initLogPath: at("init.log") };
    for (const path of Object.values(files)) writeFileSync(path, "");
    let exit: (how: NodeExit) => void = () => undefined;
    const exited = new Promise<NodeExit>((resolve) => (exit = resolve));
    const note = (what: string): void => void calls.push(`${what} ${name}`);
    let seq = 0;
    const event = (kind: string, data: Readonly<Record<string, unknown>>): void =>
      writeFileSync(files.eventLogPath, formatEventLine({ seq: ++seq, source: "agent", atMs: 1, kind, data }), {
        flag: "a",
      });
    const say = (text: string): void => {
      event(EventKind.MARKER, { text });
      onSerial(new TextEncoder().encode(`${text}\r\n`));
    };
    onSerial(new TextEncoder().encode("init: up\r\n"));
    const climb = (): void => {
      if (name === "b") return say("dsoftbus: udp-sec os listener up 37024");
      say("SELFTEST: udp-sec fallback ok");
      event(EventKind.PROCESS_ENDED, { process: "selftest", status: 0 });
    };
    setTimeout(climb, name === "b" ? 5 : 20);
    if (leaves) setTimeout(() => exit({ kind: "guest-shutdown" }), 200);
    return {
      ...{ ...files, capturePaths: [], commandLine: "qemu", exited },
      endInOrder: () => (note("end"), exit({ kind: "guest-shutdown" })),
      kill: () => (note("kill"), exit({ kind: "signal", signal: "SIGKILL" })),
      stop: () => (exit({ kind: "ended" }), exited),
      pause: async () => {
        note("pause");
        if (refuses) throw new Error("QEMU says no");
      },
      resume: async () => note("resume"),
      type: (bytes) => note(`type ${new TextDecoder().decode(bytes)}`),
    };
  };
  const reporter = notingReporter();
  let finished: FinishedRun | undefined;
  const gatherEvidence = async (ended: EndedRun) => {
    finished = ended.finished;
    return EVIDENCE;
  };
  const ports = { startMachine, startPeer: noPeer, gatherEvidence };
  const request = scriptedRequest(loadScripted(toml), { runsFolder, seed: `s${++runs}`, untilMarker });
  const result = await runProfile(request, scriptedEquipment(), reporter, new AbortController().signal, ports);
  const pausedMs = Object.fromEntries((finished?.nodes ?? []).map((node) => [node.name, node.pausedMs]));
  return { result, calls, pausedMs, told: reporter.calls.filter((call) => call.startsWith("action")) };
}

describe("actions of a profile", () => {
  const PAUSE = action("pause", 'node = "b"', 'length = "50ms"', AFTER);

  it("are done at their marker, in the order of their delays, shown, and kept in the summary; the machines end after the last", async () => {
    const send = action("send", 'node = "a"', 'text = "ls"', AFTER, 'delay = "120ms"');
    const { result, calls, told, pausedMs } = await play(TWO + PAUSE + send);
    expect(pausedMs["a"]).toBe(0);
    expect(pausedMs["b"]).toBeGreaterThanOrEqual(49);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(calls).toEqual(["pause b", "resume b", "type ls\r a", "end a", "end b"]);
    expect(told).toEqual(["action pause b", "action pause b: over", 'action send to a: "ls"']);
    expect(result.actions.map(({ what }) => what)).toEqual(["pause b", "pause b: over", 'send to a: "ls"']);
    expect(readFileSync(join(result.artifactsFolder, "summary.txt"), "utf8")).toMatch(
      /actions\n +\d\.\d{3} s {2}pause b\n/,
    );
  });

  it("are done at their time, and a run that is cut at its last rung waits for them", async () => {
    const later =
      action("pause", 'node = "b"', 'at = "300ms"') + action("resume", 'node = "b"', 'at = "300ms"', 'delay = "30ms"');
    const { result, calls } = await play(TWO + later, { untilMarker: true });
    expect(calls.slice(0, 2)).toEqual(["pause b", "resume b"]);
    expect(result).toMatchObject({ code: "passed" });
    expect(result.actions[0]?.atMs).toBeGreaterThanOrEqual(299);
  });

  it("run commands of the host in the run's folder, which must succeed", async () => {
    const good = action("exec", 'command = ["sh", "-c", "pwd > seen.txt"]', AFTER);
    const { result } = await play(TWO + good);
    expect(result.code).toBe("passed");
    expect(readFileSync(join(result.artifactsFolder, "seen.txt"), "utf8").trim()).toBe(result.artifactsFolder);
    const bad = await play(TWO + action("exec", 'command = ["sh", "-c", "exit 3"]', AFTER));
    expect(bad.result).toMatchObject({
      code: "action-missed",
      detail: expect.stringContaining("exit code 3") as string,
    });
  });

  it("fail the run if they are refused, or never come", async () => {
    expect((await play(TWO + PAUSE, { refuses: true })).result).toMatchObject({
      code: "action-missed",
      detail: "pause b: QEMU says no",
    });
    const late = action("pause", 'node = "b"', 'at = "1h"');
    const detail = "pause b: never done";
    expect((await play(TWO + late, { leaves: true })).result).toMatchObject({ code: "action-missed", detail });
    const gone = action("kill", 'node = "b"', AFTER) + action("pause", 'node = "b"', AFTER, 'delay = "50ms"');
    expect((await play(TWO + gone)).result).toMatchObject({
      code: "action-missed",
      detail: "pause b: the machine doesn't run",
    });
  });
});

describe("what actions do to links", () => {
  const rules = linkRulesOfProfile(loadProfile("cross-vm-actions").profile);

  it("are faults that begin and end with them", () => {
    expect(rules.map(({ from, to }) => from + to)).toEqual(["ab", "ba"]);
    for (const { spec } of rules)
      expect(spec.faults).toEqual([
        {
          ...{ kind: "drop-nth", indexes: [20, 40, 60], match: { protocol: "udp" } },
          during: { trigger: "action 1 begins", untilTrigger: "action 1 ends" },
        },
        {
          kind: "blackhole",
          during: { trigger: "action 3 begins", untilMs: 1000, untilTrigger: "action 3 ends" },
        },
      ]);
  });
});

describe("errors of actions name the line", () => {
  const errorOf = (...tables: string[]): string => {
    try {
      loadScripted(TWO.replace("vm-to-vm", "fabric") + tables.join(""));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return "no error";
  };

  it.each<[string, string, string]>([
    ["no time", action("kill", 'node = "b"'), "either after a marker, or at a time"],
    ["two times", action("kill", 'node = "b"', AFTER, 'at = "1s"'), "either after a marker, or at a time"],
    [
      "a marker that is no rung",
      action("kill", 'node = "b"', AFTER.replace('"a"', '"b"')),
      "fallback-ok is no rung of node b",
    ],
    ["no node", action("pause", 'node = "c"', AFTER), "no node c"],
    ["a resume without a pause", action("resume", 'node = "b"', AFTER), "nothing pauses node b"],
    [
      "a clear of nothing",
      action("partition", 'id = "cut"', 'from = "a"', 'to = "b"', AFTER) + action("clear", 'of = "cute"', AFTER),
      "no action has id cute; did you mean cut?",
    ],
    ["an end of no link", action("partition", 'from = "a"', 'to = "c"', AFTER), "no node c"],
    [
      "a rate",
      action("faults", 'from = "a"', 'to = "b"', 'faults = [{ kind = "rate", mbps = 1, queueBytes = 9 }]', AFTER),
      "rate can't be set by an action",
    ],
    [
      "a kind",
      action("clock", AFTER),
      "action.0.kind: expected one of kill, pause, resume, send, exec, partition, faults, clear",
    ],
  ])("%s", (_, tables, message) => {
    expect(errorOf(tables)).toContain(message);
  });

  it("a link that can't be changed, and two actions with one id", () => {
    const cut = action("partition", 'id = "cut"', 'from = "a"', 'to = "b"', AFTER);
    expect(() => loadScripted(TWO + cut)).toThrow("only links of the fabric can be changed");
    expect(errorOf(cut, cut)).toContain("two actions have id cut");
  });
});
