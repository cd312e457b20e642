import { describe, expect, it } from "vitest";
import { EventKind } from "../../../contract/events.ts";
import { honestRun, KEY_KINDS } from "../../sabotage/sabotages/honest-runs.ts";
import { SABOTAGES } from "../../sabotage/sabotages/suite.ts";
import type { RecordedRun } from "../../sabotage/recordings/recording.ts";
import { parseEvents } from "../../sabotage/tamper/console-edit.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";
import { endedRecording } from "./ended-recording.fixture.ts";
import { observeRun, type RunObservation } from "./observe-run.ts";
import type { RememberedKeys } from "./remembered-keys.ts";

async function observed(
  run: RecordedRun,
  edit: (finished: FinishedRun) => FinishedRun = (finished) => finished,
  history?: RememberedKeys,
): Promise<RunObservation> {
  const { finished, plan } = await endedRecording(run);
  return await observeRun(edit(finished), plan, history);
}

function tampered(name: string): RecordedRun {
  const sabotage = SABOTAGES.find((one) => one.name === name);
  if (sabotage?.where !== "recorded") throw new RangeError(`no recorded sabotage ${name}`);
  return sabotage.tamper(honestRun(sabotage.honest));
}

describe("an honest run", () => {
  it.each([
    ["udp-sec", "udp", 1],
    ["tcp-fallback", "tcp", 1],
    // Both other dials are refused, as they should be.
    ["identity-reject", "udp", 1],
  ] as const)(
    "%s: is followed to its end, and its keys are those of its handshakes",
    async (name, transport, count) => {
      const run = honestRun(name);
      const { findings, keys, report } = await observed(run);
      expect(findings).toMatchObject([{ rule: "observer", finding: "confirmed", marker: undefined }]);
      expect(findings[0]?.saw).toMatch(
        new RegExp(`^${count} sessions to their end, 0 open, \\d refused; \\d+ frames$`),
      );
      const followed = report?.sessions.filter(({ outcome }) => outcome === "followed") ?? [];
      expect(followed.map((session) => session.transport)).toEqual([transport]);
      expect(followed[0]?.services.length).toBeGreaterThan(0);
      const told = run.nodes.flatMap(({ events }) => parseEvents(events).filter(({ kind }) => kind === "session-keys"));
      const initiatorKeys = new Set(keys.map(({ initiatorKey }) => initiatorKey));
      for (const { data } of told) expect(initiatorKeys).toContain(data["initiatorKey"]);
    },
  );

  it("over the switch is looked at in the switch's capture alone", async () => {
    const { findings, report } = await observed(honestRun("faulty-path"));
    expect(findings).toMatchObject([{ finding: "confirmed" }]);
    expect(report?.sessions.map(({ from }) => from.file)).toEqual(["fabric.pcapng"]);
  });
});

describe("what is broken", () => {
  it("is told once for each rule, with packet, document and requirement", async () => {
    const { findings, report } = await observed(tampered("hash-not-compared"));
    expect(new Set(findings.map(({ finding }) => finding))).toEqual(new Set(["contradicted"]));
    const rules = findings.map(({ saw }) => saw.split(",")[0]);
    expect(rules).toContain("service-bulk");
    expect(new Set(rules).size).toBe(rules.length);
    expect(report?.findings.length).toBeGreaterThanOrEqual(findings.length);
    for (const { saw } of findings) {
      expect(saw).toMatch(
        /, by the (initiator|responder): .+ \(packet \d+ of fabric\.pcapng; docs\/distributed\/\S+ \[[A-Z]+-\d+\]\)$/,
      );
    }
  });

  it("is not hidden by what was followed", async () => {
    const { findings } = await observed(tampered("verdict-without-comparing"));
    expect(findings.every(({ finding }) => finding === "contradicted")).toBe(true);
    expect(findings).not.toEqual([]);
  });
});

describe("what can't be followed", () => {
  it("is no confirmation: nobody told a secret", async () => {
    const { findings, keys } = await observed(honestRun("udp-sec"), (finished) => ({
      ...finished,
      nodes: finished.nodes.map((node) => ({
        ...node,
        events: node.events.filter(({ kind }) => !KEY_KINDS.has(kind)),
      })),
    }));
    expect(findings).toMatchObject([{ rule: "observer", finding: "unavailable" }]);
    expect(findings[0]?.saw).toMatch(/^0 sessions .*from packet \d+ of fabric\.pcapng, \d+ times/);
    expect(keys).toEqual([]);
  });

  it("is no confirmation: only keys of packets were told", async () => {
    const { findings, keys } = await observed(honestRun("udp-sec"), (finished) => ({
      ...finished,
      nodes: finished.nodes.map((node) => ({
        ...node,
        events: node.events.filter(({ kind }) => kind !== EventKind.KEY_LOG),
      })),
    }));
    expect(findings).toMatchObject([{ finding: "unavailable" }]);
    expect(keys).toEqual([]);
  });

  it("is told: there is no capture, or no session in it", async () => {
    const without = await observed(honestRun("udp-sec"), (finished) => ({
      ...finished,
      fabricCapture: undefined,
      nodes: finished.nodes.map((node) => ({ ...node, files: undefined })),
    }));
    expect(without).toMatchObject({ findings: [{ finding: "unavailable", saw: "no capture" }], keys: [] });
    expect(without.report).toBeUndefined();
    const silent = await observed(honestRun("rng-gate"));
    expect(silent.findings).toMatchObject([
      { finding: "unavailable", saw: expect.stringMatching(/^0 sessions/) as unknown },
    ]);
  });
});

it("asks the history of keys, and tells it those of this run", async () => {
  const told: string[] = [];
  const history = {
    earlier: () => told.slice(0, told.length),
    remember: (keys: readonly string[]) => void told.push(...keys),
  };
  expect((await observed(honestRun("udp-sec"), undefined, history)).findings[0]?.finding).toBe("confirmed");
  expect(told).toHaveLength(2);
  const again = await observed(honestRun("udp-sec"), undefined, history);
  expect(again.findings).toMatchObject([{ finding: "contradicted" }]);
});
