import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { linkRulesOfProfile } from "../fabric/profile-links.ts";
import { isRunning } from "../host/is-running.fixture.ts";
import { loadProfile } from "../profiles/load.ts";
import { climb, playTwo, TWO_NODES, type Play } from "./hand-machine.fixture.ts";
import { loadScripted } from "./scripted-machine.fixture.ts";

const AFTER = 'after = { node = "a", marker = "fallback-ok" }';
const action = (kind: string, ...lines: string[]): string =>
  ["", "[[action]]", `kind = "${kind}"`, ...lines, ""].join("\n");

// What each action does when, script/actions.test.ts asks; here: what a run makes of it.
describe("actions of a profile", () => {
  const PAUSE = action("pause", 'node = "b"', 'length = "50ms"', AFTER);

  it("are done at their marker, shown, and kept in the summary; the machines end after the last", async () => {
    // Far apart: a machine that stands still for a moment must not turn them round.
    const send = action("send", 'node = "a"', 'text = "ls"', AFTER, 'delay = "700ms"');
    const { result, calls, told, pausedMs } = await playTwo(TWO_NODES + PAUSE + send, climb);
    expect(pausedMs["a"]).toBe(0);
    expect(pausedMs["b"]).toBeGreaterThanOrEqual(49);
    expect(result).toMatchObject({ code: "passed", failures: [] });
    expect(calls.slice(0, 5)).toEqual(["pause b", "resume b", "type ls\r a", "end a", "end b"]);
    expect(told).toEqual(["action pause b", "action pause b: over", 'action send to a: "ls"']);
    expect(result.actions.map(({ what }) => what)).toEqual(["pause b", "pause b: over", 'send to a: "ls"']);
    expect(readFileSync(join(result.artifactsFolder, "summary.txt"), "utf8")).toMatch(
      /actions\n +\d\.\d{3} s {2}pause b\n/,
    );
  });

  it("are waited for by a run that is cut at its last rung", async () => {
    const later = action("pause", 'node = "b"', 'at = "300ms"');
    const { result, calls } = await playTwo(TWO_NODES + later, climb, { untilMarker: true });
    expect(calls[0]).toBe("pause b");
    expect(result).toMatchObject({ code: "passed" });
    expect(result.actions[0]?.atMs).toBeGreaterThanOrEqual(299);
  });

  it("run commands of the host in the run's folder, which must succeed", async () => {
    const good = action("exec", 'command = ["sh", "-c", "pwd > seen.txt"]', AFTER);
    const { result } = await playTwo(TWO_NODES + good, climb);
    expect(result.code).toBe("passed");
    expect(readFileSync(join(result.artifactsFolder, "seen.txt"), "utf8").trim()).toBe(result.artifactsFolder);
    const bad = await playTwo(TWO_NODES + action("exec", 'command = ["sh", "-c", "exit 3"]', AFTER), climb);
    expect(bad.result).toMatchObject({
      code: "action-missed",
      detail: "exec sh -c exit 3: it ended with status 3",
    });
  });

  it("end with the run: a user who breaks it off waits for no command", async () => {
    const user = new AbortController();
    const slow = action("exec", 'command = ["sh", "-c", "echo $$ > pid; exec sleep 60"]', AFTER);
    let pid = 0;
    const breakOff: Play = (machines) => {
      climb(machines);
      const file = join(dirname(machines.get("a")?.running.eventLogPath ?? ""), "pid");
      const started = vi.waitFor(() => expect((pid = Number(readFileSync(file, "utf8")))).toBeGreaterThan(0), 4_000);
      void started.finally(() => user.abort("SIGINT"));
    };
    const { result } = await playTwo(TWO_NODES + slow, breakOff, { signal: user.signal });
    expect(result).toMatchObject({ code: "interrupted", failures: [{ code: "interrupted" }] });
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it("fail the run if they are refused, or never come", async () => {
    const refusing: Play = (machines) => {
      const b = machines.get("b");
      if (b !== undefined) b.refusesToPause = true;
      climb(machines);
    };
    expect((await playTwo(TWO_NODES + PAUSE, refusing)).result).toMatchObject({
      code: "action-missed",
      detail: "pause b: QEMU says no",
    });
    const leaving: Play = (machines) => {
      climb(machines);
      for (const machine of machines.values()) machine.leave();
    };
    const late = action("pause", 'node = "b"', 'at = "1h"');
    const detail = "pause b: never done";
    expect((await playTwo(TWO_NODES + late, leaving)).result).toMatchObject({ code: "action-missed", detail });
    const gone = action("kill", 'node = "b"', AFTER) + action("pause", 'node = "b"', AFTER, 'delay = "50ms"');
    expect((await playTwo(TWO_NODES + gone, climb)).result).toMatchObject({
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
      loadScripted(TWO_NODES.replace("vm-to-vm", "fabric") + tables.join(""));
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
    ["nothing to forget", action("forget", AFTER), "there is no gateway with mapping or filtering"],
    ["a jump without a sign", action("clock", 'node = "b"', 'by = "1h"', AFTER), "a sign and a duration"],
    ["a jump that is too short", action("clock", 'node = "b"', 'by = "+5s"', AFTER), "whole seconds, from 10s"],
    ["a machine that boots once", action("reset", 'node = "b"', AFTER), "the udpsec guest boots once"],
    [
      "a command that can't be typed",
      action("exec", 'node = "b"', 'command = ["echo", "ü"]', AFTER),
      "what is typed in a guest is printable ASCII, on one line",
    ],
    [
      "a kind",
      action("clocks", AFTER),
      "action.0.kind: expected one of kill, pause, resume, reset, clock, send, exec, partition, faults, forget, clear",
    ],
  ])("%s", (_, tables, message) => {
    expect(errorOf(tables)).toContain(message);
  });

  it("a link that can't be changed, and two actions with one id", () => {
    const cut = action("partition", 'id = "cut"', 'from = "a"', 'to = "b"', AFTER);
    expect(() => loadScripted(TWO_NODES + cut)).toThrow("only links of the fabric can be changed");
    expect(errorOf(cut, cut)).toContain("two actions have id cut");
  });
});
