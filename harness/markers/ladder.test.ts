import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventDamage } from "../console/event-collector.ts";
import { LineAssembler } from "../console/line-assembler.ts";
import { udpsecGuest } from "../guests/udpsec-guest.ts";
import { Ladder, type NodeEnding } from "./ladder.ts";
import type { RunFailure, LadderSpec, NodeLadder } from "./ladder-spec.ts";
import { Manifest } from "./manifest.ts";

const KERNEL = "[    2.123456] eth0: link up";
const manifest = new Manifest(
  ["one", "two", "three", "other"].map((id) => ({
    id,
    text: `SELFTEST: ${id} ok`,
    process: "p",
    proves: "x",
    evidence: [],
  })),
);
const rung = (marker: string, count = 1) => ({ marker, budgetMs: 1000, count });
const nodeA: NodeLadder = {
  node: "a",
  order: "strict",
  rungs: [rung("one"), rung("two"), rung("three")],
  allowed: [],
  hasEventPort: true,
  claim: udpsecGuest.console.claim,
  forbidden: udpsecGuest.console.forbidden,
  intrusion: udpsecGuest.console.intrusion,
};
const alone: LadderSpec = { nodes: [nodeA], order: [] };
const ALL = ["SELFTEST: one ok", "SELFTEST: two ok", "SELFTEST: three ok"];

interface Story {
  readonly spec?: LadderSpec;
  readonly serial: readonly string[];
  readonly events?: readonly string[];
  readonly damage?: readonly EventDamage[];
  readonly ending?: NodeEnding;
}

/** Plays a story; the line number is its time. @returns live failures, then those of the end */
function play({ spec = alone, serial, events = ALL, damage = [], ending = "in-order" }: Story) {
  const ladder = new Ladder(spec, manifest);
  ladder.booted("a", 0);
  const failures: RunFailure[] = [];
  for (const text of events) {
    for (const step of ladder.markerEvent("a", text, 0)) if (step.kind === "failure") failures.push(step.failure);
  }
  serial.forEach((text, index) => {
    for (const step of ladder.line("a", { number: index + 1, text, atMs: index + 1, cut: false })) {
      if (step.kind === "failure") failures.push(step.failure);
    }
  });
  const late = ladder.finish(new Map([["a", ending]]), new Map([["a", damage]]));
  return {
    ladder,
    codes: [...failures, ...late.failures].map(({ code, marker }) => [code, marker]),
    notes: late.notes,
  };
}

describe("ladder", () => {
  // Requirement: K-4
  it("is climbed by the exact lines in their order", () => {
    const { ladder, codes } = play({ serial: ["noise", ...ALL] });
    expect(codes).toEqual([]);
    expect(ladder.complete).toBe(true);
    expect(ladder.rungs.map(({ reachedMs, tookMs }) => [reachedMs, tookMs])).toEqual([
      [2, 2],
      [3, 1],
      [4, 1],
    ]);
  });

  it("exited: the machine ended and a rung is missing", () => {
    expect(play({ serial: ALL.slice(0, 2), events: ALL.slice(0, 2) }).codes).toEqual([["exited", "three"]]);
  });

  it("missing: a later rung came, an earlier one did not", () => {
    const told = ["SELFTEST: one ok", "SELFTEST: three ok"];
    expect(play({ serial: told, events: told }).codes).toEqual([["missing", "two"]]);
  });

  it("torn but delivered: a kernel message between the parts fails nothing", () => {
    const serial = ["SELFTEST: one ok", `SELFTEST: tw${KERNEL}`, "o ok", "SELFTEST: three ok"];
    const { codes, notes, ladder } = play({ serial });
    expect(codes).toEqual([]);
    expect(notes.map(({ code }) => code)).toEqual(["torn-but-delivered"]);
    expect(ladder.rungs.map(({ torn }) => torn)).toEqual([false, true, false]);
  });

  it("a marker that was torn is told as the whole line, once its last part has come", () => {
    const ladder = new Ladder(alone, manifest);
    const told = [`SELFTEST: on${KERNEL}`, "e ok"].map((text, at) =>
      ladder.line("a", { number: at + 1, text, atMs: at, cut: false }).filter(({ kind }) => kind === "marker"),
    );
    expect(told).toEqual([[], [{ kind: "marker", text: "SELFTEST: one ok" }]]);
  });

  it("torn: bytes of the marker were lost on the console, the event port has it", () => {
    const serial = ["SELFTEST: one ok", `SELFTEST: tw${KERNEL}`, "SELFTEST: three ok"];
    expect(play({ serial }).codes).toEqual([["torn", "two"]]);
  });

  it("channels disagree: the console never had it, or the event port never had it", () => {
    expect(play({ serial: ["SELFTEST: one ok", "SELFTEST: three ok"] }).codes).toEqual([["channels-disagree", "two"]]);
    expect(play({ serial: ALL, events: ALL.slice(0, 2) }).codes).toEqual([["channels-disagree", "three"]]);
  });

  it("believes the console where the event port is known to have lost lines, and says so", () => {
    const damage = [{ kind: "gap", source: "selftest", detail: "lines 3 to 3 never arrived", atMs: 1 }] as const;
    const { codes, notes } = play({ serial: ALL, events: ALL.slice(0, 2), damage });
    expect(codes).toEqual([]);
    expect(notes.map(({ code }) => code)).toEqual(["event-port-damaged"]);
  });

  it("doesn't compare channels that were cut off", () => {
    expect(play({ serial: ALL, events: [], ending: "cut-off" }).codes).toEqual([]);
  });

  it("out of order: a rung comes after a later one", () => {
    expect(play({ serial: [ALL[0], ALL[2], ALL[1]].map(String) }).codes).toEqual([["out-of-order", "two"]]);
    const inAnyOrder = { nodes: [{ ...nodeA, order: "any" as const }], order: [] };
    expect(play({ spec: inAnyOrder, serial: [ALL[0], ALL[2], ALL[1]].map(String) }).codes).toEqual([]);
  });

  it("duplicate: a marker comes once more than its count", () => {
    const twice = { nodes: [{ ...nodeA, rungs: [rung("one", 2)], hasEventPort: false }], order: [] };
    const count = (times: number) => play({ spec: twice, serial: Array(times).fill(ALL[0]), events: [] }).codes;
    expect([count(1), count(2), count(3)]).toEqual([[["exited", "one"]], [], [["duplicate", "one"]]]);
  });

  it("forbidden: a marker on no ladder, unless the profile allows it", () => {
    const events = [...ALL, "SELFTEST: other ok"];
    expect(play({ serial: events, events }).codes).toEqual([["forbidden", "other"]]);
    const allowing = { nodes: [{ ...nodeA, allowed: ["other"] }], order: [] };
    expect(play({ spec: allowing, serial: events, events }).codes).toEqual([]);
  });

  it("wrong node: the marker is on another machine's ladder", () => {
    const b = { ...nodeA, node: "b", rungs: [rung("other")], hasEventPort: false };
    const ladder = new Ladder({ nodes: [nodeA, b], order: [] }, manifest);
    const steps = ladder.line("a", { number: 1, text: "SELFTEST: other ok", atMs: 1, cut: false });
    expect(steps).toMatchObject([
      { kind: "marker", text: "SELFTEST: other ok" },
      { kind: "failure", failure: { code: "wrong-node", node: "a" } },
    ]);
  });

  it("unknown: a line that begins like a marker and is none, on either channel", () => {
    expect(play({ serial: ["SELFTEST: four ok", ...ALL] }).codes).toEqual([["unknown-marker", undefined]]);
    expect(play({ serial: ALL, events: ["SELFTEST: four ok", ...ALL] }).codes[0]).toEqual([
      "unknown-marker",
      undefined,
    ]);
  });

  it.each([
    ["Kernel panic - not syncing: Attempted to kill init!", "crashed"],
    ["[    1.0] Oops: 0000 [#1] SMP", "crashed"],
    ["BUG: unable to handle page fault", "crashed"],
    ["Out of memory: Killed process 99 (node)", "crashed"],
    ["FATAL ERROR: Reached heap limit", "crashed"],
    ["[UnhandledPromiseRejection: x]", "forbidden"],
    ["Uncaught exception: x", "forbidden"],
  ])("at once: %s", (line, code) => {
    expect(play({ serial: [line, ...ALL] }).codes).toEqual([[code, undefined]]);
  });
});

describe("order between machines", () => {
  const b = { ...nodeA, node: "b", rungs: [rung("other")], hasEventPort: false };
  const spec: LadderSpec = {
    nodes: [{ ...nodeA, rungs: [rung("one")], hasEventPort: false }, b],
    order: [{ before: { node: "a", marker: "one" }, after: { node: "b", marker: "other" } }],
  };
  const line = (text: string, atMs: number) => ({ number: 1, text, atMs, cut: false });

  it.each([
    [1000, 900, []],
    [1000, 850, []],
    [1000, 849, ["out-of-order"]],
  ])("first at %i ms, second at %i ms", (first, second, expected) => {
    const ladder = new Ladder(spec, manifest);
    const steps = [
      ladder.line("b", line("SELFTEST: other ok", second)),
      ladder.line("a", line("SELFTEST: one ok", first)),
    ];
    const codes = steps.flat().flatMap((step) => (step.kind === "failure" ? step.failure.code : []));
    expect(codes).toEqual(expected);
  });
});

describe("budgets", () => {
  const overdue = (lastByteMs: number | undefined, nowMs: number, serial: readonly string[] = []) => {
    const ladder = new Ladder(alone, manifest);
    ladder.booted("a", 100);
    serial.forEach((text) => ladder.line("a", { number: 1, text, atMs: 100, cut: false }));
    return ladder.overdue(nowMs, 2, 5000, () => lastByteMs)?.code;
  };

  it("hung and silent are told apart, at the budget times the scale and not before", () => {
    expect(overdue(1500, 2100)).toBeUndefined();
    expect(overdue(1500, 2101)).toBe("hung");
    expect(overdue(100, 2101)).toBe("silent");
    expect(overdue(undefined, 2101)).toBe("silent");
    expect(overdue(1500, 2101, ["SELFTEST: two ok"])).toBe("missing");
  });

  it("a machine that never shows its init has the budget of the boot", () => {
    const ladder = new Ladder(alone, manifest);
    expect(ladder.overdue(5000, 1, 5000, () => undefined)).toBeUndefined();
    expect(ladder.overdue(5001, 1, 5000, () => undefined)).toMatchObject({ code: "silent", node: "a" });
    expect(ladder.overdue(5001, 1, 5000, () => 3)).toMatchObject({ code: "hung" });
  });

  it("counts no budget before the last machine has booted: what is waited for may come from there", () => {
    const nodeB: NodeLadder = { ...nodeA, node: "b", rungs: [rung("other")] };
    const ladder = new Ladder({ nodes: [nodeA, nodeB], order: [] }, manifest);
    const codeAt = (nowMs: number): string | undefined => ladder.overdue(nowMs, 1, 5000, () => nowMs)?.code;
    ladder.booted("a", 100);
    expect(codeAt(4900)).toBeUndefined();
    ladder.booted("b", 4950);
    expect(codeAt(5950)).toBeUndefined();
    expect(codeAt(5951)).toBe("hung");
  });
});

describe("any chunking of the same bytes", () => {
  const transcripts = [
    ["noise", ...ALL],
    ["SELFTEST: one ok", `SELFTEST: tw${KERNEL}`, "o ok", "SELFTEST: three ok"],
    ["SELFTEST: one ok", "SELFTEST: three ok", "SELFTEST: two ok"],
    ["SELFTEST: one ok", "Kernel panic - not syncing"],
    ["SELFTEST: one ok", "SELFTEST: four ok"],
  ];

  it("gives the same verdict", () => {
    const verdict = (chunks: readonly Uint8Array[]): string => {
      const assembler = new LineAssembler();
      const lines = [...chunks.flatMap((chunk) => assembler.push(chunk, 1)), ...assembler.end()];
      return JSON.stringify(play({ serial: lines.map((line) => line.text) }).codes);
    };
    fc.assert(
      fc.property(fc.constantFrom(...transcripts), fc.array(fc.nat(150), { maxLength: 25 }), (lines, cuts) => {
        const bytes = new TextEncoder().encode(`\u001bc\u001b[2J${lines.map((text) => `${text}\r\n`).join("")}`);
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((x, y) => x - y), bytes.length];
        const chunks = edges.slice(1).map((edge, index) => bytes.slice(edges[index], edge));
        expect(verdict(chunks)).toBe(verdict([bytes]));
      }),
    );
  });
});

describe("a line that is what was typed, come back", () => {
  it.each(["SELFTEST: one ok", "SELFTEST: four ok", "Kernel panic - not syncing"])(
    "reaches no rung and breaks no rule: %s",
    (text) => {
      const ladder = new Ladder(alone, manifest);
      expect(ladder.line("a", { number: 1, text, atMs: 1, cut: false, isEcho: true })).toEqual([]);
      expect(ladder.rungs[0]?.seen).toBe(0);
    },
  );
});

describe("bytes that two writers mixed", () => {
  const without: LadderSpec = { nodes: [{ ...nodeA, hasEventPort: false }], order: [] };
  const mix = (a: string, b: string): string =>
    Array.from({ length: Math.max(a.length, b.length) }, (_, at) => `${a[at] ?? ""}${b[at] ?? ""}`).join("");
  const playMixed = (line: string, spec = without) =>
    play({ spec, serial: [...ALL.slice(0, 2), ...line.split("\n")], events: spec === without ? [] : ALL });

  it("are torn, and not a marker that somebody forgot", () => {
    const line = mix("SELFTEST: three ok\n", "pid 7: opened a file of 12 blocks");
    expect(playMixed(line).codes).toEqual([["torn", "three"]]);
    expect(playMixed(mix("another line\n", "SELFTEST: three ok")).codes).toEqual([["torn", "three"]]);
  });

  it("are torn as well where the event port has the marker whole", () => {
    expect(playMixed(mix("SELFTEST: three ok", "pid 7: opened a file"), alone).codes).toContainEqual(["torn", "three"]);
  });

  it.each([
    ["a wording that changed", "- SELFTEST: that three is ok"],
    ["letters that happen to stand there", [..."SELFTEST: three ok"].join("and so on")],
    ["half of it", mix("SELFTEST: thr", "pid 7: opened a file")],
    ["another marker", "- SELFTEST: two ok"],
  ])("are not seen in %s", (_, line) => {
    expect(playMixed(line).codes).toEqual([["exited", "three"]]);
  });
});
