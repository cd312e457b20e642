import { expect, it } from "vitest";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import { failedProbe } from "./guests-words.ts";

const node = (name: string, ...events: [source: string, kind: string, data: object][]) =>
  ({ name, events: events.map(([source, kind, data]) => ({ source, kind, data })) }) as unknown as FinishedNode;
const named = (text: string): string => text.replaceAll("d34d", "b");

it("why a marker does not come is what the last failed probe of its node said", () => {
  const nodes = [
    node("a", [
      "selftest",
      "probe-failed",
      { probe: "bulk", code: "BUS_MESSAGE", message: "d34d sent \u001b[31mother bytes" },
    ]),
    node("b", ["selftest", "probe-failed", { probe: "control", code: "BUS_TIMEOUT", message: "late" }]),
  ];
  expect(failedProbe("a", nodes, named)).toBe("a/selftest: probe bulk failed: b sent other bytes (BUS_MESSAGE)");
});

it("nothing is said where none failed", () => {
  expect(failedProbe("a", [node("a", ["selftest", "probe-passed", { probe: "bulk" }])], named)).toBeUndefined();
});
