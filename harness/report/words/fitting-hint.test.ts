import { expect, it } from "vitest";
import type { FabricStats } from "../../fabric/fabric.ts";
import type { RungState } from "../../markers/ladder-spec.ts";
import { VERDICT_TEXTS } from "../../markers/verdict-codes.ts";
import { fittingHint, type HintedRun } from "./fitting-hint.ts";

const rung = (node: string, text: string, seen: number) => ({ node, text, seen, count: 1 }) as RungState;
const run: HintedRun = {
  code: "exited",
  detail: '"bulk ok" never appeared',
  rungs: [rung("a", "control ok", 1), rung("a", "bulk ok", 0)],
  because: undefined,
  complaints: [],
  fabric: undefined,
  starvedMs: { a: 100, b: 0 },
  timing: { machineMs: 10_000 },
  ...{ doing: [], crashes: [], failures: [], nodes: [], accelerator: "kvm", artifactsFolder: "/runs/x" },
};
const timedOut = { because: "a/selftest: probe bulk failed: the dial failed (BUS_TIMEOUT)" };
const switched = (frames: number, dropped: Record<string, number>) => ({ fabric: { frames, dropped } as FabricStats });

it.each<[string, Partial<HintedRun>, RegExp]>([
  [
    "time that passed on a host that gave the machine none",
    { ...timedOut, starvedMs: { a: 6_000 } },
    /host is too slow/,
  ],
  ["a budget that passed there", { code: "hung", starvedMs: { a: 0, b: 3_000 } }, /host is too slow/],
  [
    "frames that did not get through",
    { ...timedOut, ...switched(41, { port: 1, drop: 39 }) },
    /39 of 41 frames \(drop\)/,
  ],
  [
    "a claim that is nearly the missing one",
    { code: "unknown-marker", detail: "event port: bulk okay" },
    /^"bulk ok" is missing and "bulk okay" is nearly it/,
  ],
  [
    "an error that nobody caught",
    {
      code: "crashed",
      crashes: [{ process: "a/dsoftbusd", trace: ["TypeError: x", "  at serve (guest/y.ts:4:1)", "    4 | z();"] }],
    },
    /^a\/dsoftbusd threw at serve \(guest\/y\.ts:4:1\)/,
  ],
  [
    "what the wire shows of an end",
    { ...timedOut, failures: [{ node: "a", detail: "observer: the verdict is wrong", rule: "observer" }] },
    /^an end broke the specification, as the observer saw it: the verdict is wrong$/,
  ],
  [
    "a line that was forgotten",
    {
      code: "missing",
      because: "a/selftest: its probe passed, by its event",
      rungs: [rung("a", "bulk ok", 0), rung("a", "sink ok", 1)],
    },
    /its probe passed, and only the line is missing/,
  ],
  [
    "what went before the wire",
    {
      code: "out-of-order",
      failures: [
        { node: "a", detail: "x" },
        { node: "a", detail: "a: control-ok: no reply", rule: "marker-after-wire" },
      ],
    },
    /^one of the two was printed before its work: a: control-ok: no reply$/,
  ],
  ["what its process said", { because: "a/selftest: probe bulk failed: wrong (BUS_MESSAGE)" }, /`because`.* a-events/],
  [
    "a process that spins, on whatever host",
    {
      code: "hung",
      starvedMs: { a: 9_000 },
      doing: [{ process: "a/dsoftbusd", trace: ["runs (98 % of a processor), at", "  at spin (guest/x.ts:1:2)"] }],
    },
    /^a\/dsoftbusd runs and comes to no end, at spin \(guest\/x\.ts:1:2\): `doing:`/,
  ],
  [
    "a rung that came after it",
    { code: "missing", rungs: [rung("a", "bulk ok", 0), rung("b", "up", 1), rung("a", "sink ok", 1)] },
    /^"sink ok" came after it/,
  ],
])("the hint fits: %s", (_, part, hint) => {
  expect(fittingHint({ ...run, ...part })).toMatch(hint);
});

it.each<[string, Partial<HintedRun>]>([
  ["nothing more is known", {}],
  [
    "a slow host is no excuse for what is not of time",
    { code: "crashed", starvedMs: { a: 9_000 }, because: "a/selftest: probe failed: wrong" },
  ],
  [
    "a slow host has no part in a death that it did not cause, whatever others said of time",
    { ...timedOut, code: "stopped", starvedMs: { a: 9_000 } },
  ],
  ["time passed on a fast host", { ...timedOut, code: "crashed", starvedMs: { a: 2_900 } }],
  ["most frames got through", { ...timedOut, code: "crashed", ...switched(100, { drop: 20 }) }],
  ["too few frames to say so", { ...timedOut, code: "crashed", ...switched(4, { drop: 4 }) }],
  ["a claim like none that is missing", { code: "unknown-marker", detail: "event port: everything is fine" }],
  ["only another machine went on", { code: "missing", rungs: [rung("a", "bulk ok", 0), rung("b", "up", 1)] }],
])("the table's word: %s", (_, part) => {
  const hinted = { ...run, ...part };
  expect(fittingHint(hinted)).toBe(VERDICT_TEXTS[hinted.code].hint.replaceAll("NODE", "a"));
});

it("names what the run has: its machine, its folder, its capture", () => {
  const contradicted = { ...run, code: "contradicted" } as const;
  expect(fittingHint(contradicted)).toMatch(/tshark -r \/runs\/x\/a-nic0\.pcap$/);
  expect(fittingHint({ ...contradicted, ...switched(1, {}) })).toMatch(/tshark -r \/runs\/x\/fabric\.pcapng$/);
  const failures = [{ node: "b", detail: "" }];
  expect(fittingHint({ ...run, code: "silent", failures })).toMatch(/^see b-qemu\.stderr and b-qmp\.log.*--accel tcg$/);
});

it("tells nobody who emulates to emulate", () => {
  for (const code of ["silent", "stopped"] as const) {
    expect(fittingHint({ ...run, code, accelerator: "tcg" })).not.toContain("--accel");
    expect(fittingHint({ ...run, code })).toContain("--accel tcg");
  }
});
