import { expect, it } from "vitest";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import { whyMissing } from "./guests-words.ts";

type Said = readonly [source: string, kind: string, data: object, arrivedMs?: number];
const node = (name: string, ...events: Said[]) =>
  ({
    name,
    events: events.map(([source, kind, data, arrivedMs = 9_000]) => ({ source, kind, data, arrivedMs })),
  }) as unknown as FinishedNode;
const named = (text: string): string => text.replaceAll("d34d", "b");
const failed = (probe: string, message: string): Said => [
  "selftest",
  "probe-failed",
  { probe, code: "BUS_X", message },
];
const why = (...nodes: FinishedNode[]) => whyMissing({ node: "a", marker: "bulk-ok" }, nodes, named);

it("why a marker does not come is what the last failed probe of its node said", () => {
  const nodes = [node("a", failed("bulk", "d34d sent \u001b[31mother bytes")), node("b", failed("control", "late"))];
  expect(why(...nodes)).toBe("a/selftest: probe bulk failed: b sent other bytes (BUS_X)");
});

it("what a service found just before is told with it, not what one found long ago", () => {
  const service = (message: string, arrivedMs: number): Said => [
    "dsoftbusd",
    "service-failed",
    { service: "bulk/7", message },
    arrivedMs,
  ];
  expect(why(node("a", failed("bulk", "reset")), node("b", service("old", 3_999), service("wrong byte", 8_000)))).toBe(
    "a/selftest: probe bulk failed: reset (BUS_X); before that b/dsoftbusd: service bulk/7 failed: wrong byte",
  );
  expect(why(node("a", failed("bulk", "reset"), service("later", 9_001)))).not.toContain("later");
});

it("a probe that passed did not print its marker", () => {
  const passed: Said = ["selftest", "probe-passed", { probe: "bulk" }];
  expect(why(node("a", passed, failed("sink", "late")))).toBe(
    "a/selftest: its probe passed, by its event; the marker was not printed",
  );
});

it("nothing is said where nothing is known", () => {
  expect(why(node("a", ["selftest", "probe-passed", { probe: "control" }]))).toBeUndefined();
});
