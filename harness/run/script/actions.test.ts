import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import { actionSchema } from "../../profiles/action-schema.ts";
import type { LiveNode } from "../../worlds/live/live-node.ts";
import { ActionScript } from "./actions.ts";

const UP = { node: "a", marker: "up" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A script over nodes and a network that note, by the clock, what is done to them. */
function stageOf(
  written: readonly object[],
  { refuses = "", isGone = false, hasConsole = true, pauseMs = 0, forgotten = 1 } = {},
) {
  const startedMs = Date.now();
  const log: string[] = [];
  const failures: RunFailure[] = [];
  const note = (what: string): void => void log.push(`${Date.now() - startedMs} ${what}`);
  const act = (what: string): void => {
    if (refuses === what) throw new RangeError("not now");
    note(what);
  };
  const node = (name: string) => ({
    ...{ name, exit: isGone ? { kind: "guest-shutdown" } : undefined },
    machine: hasConsole ? { type: () => undefined } : {},
    kill: () => act(`${name} is killed`),
    pause: async () => {
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
      act(`${name} stands still`);
    },
    resume: async () => act(`${name} goes on`),
    reset: async () => act(`${name} boots again`),
    type: (text: string, enter: boolean) => act(`${name} is typed ${text}${enter ? "+" : ""}`),
  });
  const nodes = ["a", "b"].map(node);
  const script = new ActionScript({
    actions: written.map((one) => actionSchema.parse(one)),
    clock: { nowMs: () => Date.now() - startedMs },
    folder: "/",
    node: (name) => nodes.find((one) => one.name === name) as LiveNode | undefined,
    network: () => ({
      forget: () => forgotten,
      reached: (place) => note(`switch: ${place}`),
      note: (text) => note(`capture: ${text}`),
    }),
    onStruck: ({ what, atMs }) => void log.push(`${atMs} ${what}`),
    onFailed: (failure) => void failures.push(failure),
    onDone: () => note("done"),
  });
  const after = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));
  return { script, log, failures, after };
}

/** @returns of one action all that came of it, from 1 s on */
async function all(action: object, options: Parameters<typeof stageOf>[1] = {}) {
  const stage = stageOf([{ at: "1s", ...action }], options);
  stage.script.start();
  await stage.after(10_000);
  return { ...stage, details: stage.failures.map(({ detail }) => detail) };
}

const lines = (...whats: readonly string[]): string[] => whats.map((what) => `1000 ${what}`);

describe("an action is done", () => {
  it("at its time of the run's clock, and its delay behind it", async () => {
    const { script, log, after } = stageOf([{ kind: "kill", node: "b", at: "1s", delay: "500ms" }]);
    await after(300);
    script.start();
    await after(1_199);
    expect([log, script.isPending]).toEqual([[], true]);
    await after(1);
    expect(log).toEqual(["1500 capture: action: kill b", "1500 kill b", "1500 b is killed", "1500 done"]);
    expect([script.isPending, script.struck]).toEqual([false, [{ what: "kill b", atMs: 1_500 }]]);
  });

  it("at once if its time has passed when all nodes run", async () => {
    const { script, log, after } = stageOf([{ kind: "kill", node: "b", at: "1s" }]);
    await after(5_000);
    script.start();
    await after(0);
    expect(log).toContain("5000 b is killed");
  });

  it("after its marker of its node, and its delay behind that, and no other's", async () => {
    const { script, log, after } = stageOf([{ kind: "kill", node: "b", after: UP, delay: "2s" }]);
    script.start();
    script.reached({ ...UP, node: "b" });
    script.reached({ ...UP, marker: "down" });
    await after(5_000);
    expect(log).toEqual([]);
    script.reached(UP);
    await after(1_999);
    expect(log).toEqual([]);
    await after(1);
    expect(log).toContain("7000 b is killed");
  });
});

it("is done after its marker in the boot that it names, and in no other", async () => {
  const { script, log, after } = stageOf([{ kind: "kill", node: "b", after: { ...UP, boot: 2 } }]);
  script.reached(UP);
  await after(1_000);
  expect(log).toEqual([]);
  script.reached({ ...UP, boot: 2 });
  await after(0);
  expect(log).toContain("1000 b is killed");
});

describe("what is done", () => {
  const told = (what: string): string[] => [`capture: action: ${what}`, what];

  it.each<[string, object, string[]]>([
    ["a pause is told when the machine stands", { kind: "pause", node: "b" }, ["b stands still", ...told("pause b")]],
    ["a gateway forgets", { kind: "forget" }, told("forget: the gateway's mappings")],
    ["a resume before it goes on", { kind: "resume", node: "b" }, [...told("resume b"), "b goes on"]],
    ["a machine is reset", { kind: "reset", node: "b" }, [...told("reset b"), "b boots again"]],
    [
      "a clock is told to jump",
      { kind: "clock", node: "a", by: "-1m" },
      [...told("clock of a: clock -60"), "a is typed clock -60+"],
    ],
    [
      "a guest is told a command",
      { kind: "exec", node: "a", command: ["ls", "a b"] },
      [...told("exec in a: ls a b"), "a is typed exec ls 'a b'+"],
    ],
    [
      "a text with the enter key",
      { kind: "send", node: "a", text: "ls" },
      [...told('send to a: "ls"'), "a is typed ls+"],
    ],
    [
      "a text without it",
      { kind: "send", node: "a", text: "y", enter: false },
      [...told('send to a: "y"'), "a is typed y"],
    ],
    [
      "a link is cut",
      { kind: "partition", from: "a", to: "b" },
      [...told("partition a | b"), "switch: action 1 begins"],
    ],
    [
      "a link gets faults",
      { kind: "faults", from: "a", to: "b", faults: [{ kind: "drop", nth: [1] }] },
      [...told("faults a > b: drop"), "switch: action 1 begins"],
    ],
  ])("%s", async (_, action, wanted) => {
    const { log, details } = await all(action);
    expect(log).toEqual(lines(...wanted, "done"));
    expect(details).toEqual([]);
  });

  it("ends by itself after its length, and is not done before", async () => {
    const { script, log, after } = stageOf([
      { kind: "partition", from: "a", to: "b", length: "2s", at: "1s" },
      { kind: "pause", node: "b", length: "3s", at: "1s" },
    ]);
    script.start();
    await after(2_999);
    expect([log.filter((line) => /done|over/.test(line)), script.isPending]).toEqual([[], true]);
    await after(1_001);
    expect(log.slice(-8)).toEqual([
      ...["capture: action: partition a | b: over", "partition a | b: over", "switch: action 1 ends", "done"].map(
        (what) => `3000 ${what}`,
      ),
      ...["capture: action: pause b: over", "pause b: over", "b goes on", "done"].map((what) => `4000 ${what}`),
    ]);
    expect(script.isPending).toBe(false);
  });

  it("is ended by a later action before its length, and then not once more", async () => {
    const { script, log, failures, after } = stageOf([
      { kind: "partition", id: "cut", from: "a", to: "b", length: "1h", at: "1s" },
      { kind: "pause", node: "b", length: "1h", at: "1s" },
      { kind: "pause", node: "a", length: "3s", at: "1s" },
      { kind: "clear", of: "cut", at: "2s" },
      { kind: "resume", node: "b", at: "2s" },
    ]);
    script.start();
    await after(2_000);
    expect(log).toContain("2000 clear partition a | b");
    expect(log).toContain("2000 switch: action 1 ends");
    expect(script.isPending).toBe(true);
    await after(2_000);
    expect([script.isPending, failures]).toEqual([false, []]);
    await after(4_000_000);
    expect(log.filter((line) => line.includes("b goes on") || line.includes("over"))).toEqual([
      "2000 b goes on",
      "4000 capture: action: pause a: over",
      "4000 pause a: over",
    ]);
  });
});

describe("an action fails the run", () => {
  it.each<[string, object, Parameters<typeof stageOf>[1], string]>([
    ["on a machine that is gone", { kind: "kill", node: "b" }, { isGone: true }, "kill b: the machine doesn't run"],
    [
      "where nobody can type",
      { kind: "send", node: "a", text: "ls" },
      { hasConsole: false },
      'send to a: "ls": nobody can type there',
    ],
    ["that QEMU refuses", { kind: "reset", node: "b" }, { refuses: "b boots again" }, "reset b: not now"],
    [
      "that found nothing",
      { kind: "forget" },
      { forgotten: 0 },
      "forget: the gateway's mappings: the gateway had nothing to forget",
    ],
    ["that is refused", { kind: "pause", node: "b" }, { refuses: "b stands still" }, "pause b: not now"],
    ["whose end is refused", { kind: "pause", node: "b", length: "1s" }, { refuses: "b goes on" }, "pause b: not now"],
  ])("%s", async (_, action, options, detail) => {
    const { script, failures, details, log } = await all(action, options);
    expect(details).toEqual([detail]);
    expect(failures).toMatchObject([{ code: "action-missed" }]);
    expect([script.isPending, log.filter((line) => line.includes("done"))]).toEqual([true, []]);
  });

  it("that ends what has not begun", async () => {
    const { script, failures, after } = stageOf([
      { kind: "partition", id: "cut", from: "a", to: "b", at: "2s" },
      { kind: "clear", of: "cut", at: "1s" },
    ]);
    script.start();
    await after(1_500);
    expect(failures).toMatchObject([{ detail: "clear partition a | b: what it ends has not begun", atMs: 1_000 }]);
  });
});

describe("the end of the run", () => {
  it("is the end of what was still to be done, and of what went on", async () => {
    const { script, log, failures, after } = stageOf([
      { kind: "pause", node: "b", length: "2s", at: "1s" },
      { kind: "kill", node: "a", at: "2s" },
      { kind: "exec", command: ["sleep", "60"], at: "1s" },
    ]);
    script.start();
    await after(1_000);
    script.end();
    const before = [...log];
    await after(100_000);
    expect([log, failures]).toEqual([before, []]);
  });

  it.each(["", "b stands still"])("leaves a pause that was asked for untold, whatever comes of it", async (refuses) => {
    const pause = { kind: "pause", node: "b", length: "1s", at: "1s" };
    const { script, log, failures, after } = stageOf([pause], { refuses, pauseMs: 500 });
    script.start();
    await after(1_200);
    script.end();
    await after(10_000);
    expect(log).toEqual(refuses === "" ? ["1500 b stands still"] : []);
    expect([failures, script.struck, script.isPending]).toEqual([[], [], true]);
    expect(script.missed()).toMatchObject({ detail: "pause b: never done" });
  });

  it("tells the first that was never done, and leaves kills to who judges the ends of machines", async () => {
    const kill = { kind: "kill", node: "b", after: UP };
    expect(stageOf([kill]).script.missed()).toBeUndefined();
    const { script, after } = stageOf([{ kind: "pause", node: "b", at: "1s" }, kill, { ...kill, kind: "resume" }]);
    expect(script.missed()).toMatchObject({ code: "action-missed", detail: "pause b: never done" });
    script.start();
    await after(1_000);
    expect(script.missed()).toMatchObject({ detail: "resume b: never done" });
  });
});
