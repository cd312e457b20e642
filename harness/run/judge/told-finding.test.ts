import { expect, test } from "vitest";
import type { ReceivedEvent } from "../../console/event-collector.ts";
import { loadProfile } from "../../profiles/load.ts";
import type { JudgeReport } from "../../observer/judging/judge-report.ts";
import { toldFinding } from "./told-finding.ts";

const { manifest } = loadProfile("udp-sec");
const REPORT: JudgeReport = {
  ...{ verdict: "kept", frames: 1, sessions: [], findings: [], leftOff: 0, unjudged: [] },
};

function told(
  kind: string,
  data: Readonly<Record<string, unknown>>,
  { source = "selftest", report = REPORT }: { source?: string; report?: JudgeReport | undefined } = {},
): string {
  const event: ReceivedEvent = { seq: 1, source, atMs: 0, arrivedMs: 0, kind, data };
  const { finding, saw } = toldFinding([{ name: "a", events: [event] }], manifest, report);
  return `${finding}: ${saw}`;
}

const closedBy = (by: string, code: number) => ({ end: { name: "PROTOCOL", code, reason: "", by } });

test("a probe that failed, a process that gave up or died", () => {
  expect(told("probe-failed", { probe: "bulk" })).toBe("contradicted: a: selftest: the probe bulk failed");
  expect(told("fatal", { code: "BUS" })).toMatch(/^contradicted: .* because of BUS/);
  const end = { process: "selftest", status: 0, signal: null, expected: true };
  expect(told("process-ended", end)).toMatch(/^confirmed/);
  expect(told("process-ended", { ...end, status: null, signal: "SIGTERM" })).toMatch(/^confirmed/);
  expect(told("process-ended", { ...end, expected: false })).toMatch(/^contradicted: .*status 0, which nobody planned/);
  expect(told("process-ended", { ...end, status: 1 })).toMatch(/^contradicted/);
  expect(told("process-ended", { ...end, status: null, signal: "SIGSEGV" })).toMatch(/^contradicted: .*SIGSEGV/);
});

test("who says which marker", () => {
  const bulk = { text: "SELFTEST: udp-sec bulk ok" };
  expect(told("marker", bulk)).toMatch(/^confirmed/);
  expect(told("marker", bulk, { source: "selftest-2" })).toMatch(/^confirmed/);
  expect(told("marker", bulk, { source: "dsoftbusd" })).toMatch(/^contradicted: .*which is for selftest to say/);
  const fallback = { text: "dsoftbus: udp-sec os disabled (fallback tcp)" };
  for (const source of ["dsoftbusd", "selftest"]) expect(told("marker", fallback, { source })).toMatch(/^confirmed/);
  // No marker at all: the ladder's business.
  expect(told("marker", { text: "hello" })).toMatch(/^confirmed/);
});

test("whatever stands in the place of a word", () => {
  const unwritable = { toString: null, valueOf: null };
  expect(told("probe-failed", { probe: unwritable })).toMatch(/^contradicted: .*the probe something failed/);
  expect(told("fatal", { code: [unwritable] })).toMatch(/^contradicted/);
  expect(told("marker", { text: unwritable })).toMatch(/^confirmed/);
  expect(told("process-ended", { process: unwritable, status: unwritable })).toMatch(/^contradicted/);
  const end = { by: "peer", code: 1, name: unwritable };
  expect(told("session-closed", { end })).toMatch(/^contradicted/);
  const bulk = { text: "SELFTEST: udp-sec bulk ok" };
  expect(told("marker", bulk, { source: "somebody\nelse" })).toMatch(/^contradicted/);
});

test("a close that nobody sent, where all was followed", () => {
  expect(told("session-closed", closedBy("peer", 1))).toMatch(/^contradicted: .*PROTOCOL, which nobody sent/);
  expect(told("session-closed", closedBy("peer", 0))).toMatch(/^confirmed/);
  expect(told("session-closed", closedBy("local", 1))).toMatch(/^confirmed/);
  expect(told("session-closed", {})).toMatch(/^confirmed/);
  const unjudged = [{ what: "something", file: "x", number: 1, times: 1 }];
  expect(told("session-closed", closedBy("peer", 1), { report: { ...REPORT, unjudged } })).toMatch(/^confirmed/);
});

test("of nobody nothing is known", () => {
  expect(toldFinding([{ name: "a", events: [] }], manifest, REPORT).finding).toBe("unavailable");
});
