import { describe, expect, it } from "vitest";
import type { ServiceFigures } from "../../observer/follow/session-packet.ts";
import type { JudgedSession, JudgeReport } from "../../observer/judging/judge-report.ts";
import { loadMarkers, loadProfile } from "../../profiles/load.ts";
import { Manifest } from "../../markers/manifest.ts";
import { planTopology } from "../../topology/plan.ts";
import { topologyOfProfile } from "../../topology/profile-topology.ts";
import { judgeWork } from "./judge-work.ts";
import { plannedWork, type PlannedWork } from "./planned-work.ts";
import { WORK_RULES } from "./work-rules.ts";

const MANIFEST = new Manifest(loadMarkers());
const SEED = 77;
const WORK: PlannedWork = {
  ...{ node: "a", marker: "fallback-ok", selftest: "s", target: "d", transport: "tcp" },
  ...{ messages: 100, bulkBytes: 5_000, bulkSeed: SEED },
};

function stream(name: string, priority: number, facts: ServiceFigures["facts"]): ServiceFigures {
  return { openedBy: "initiator", streamId: 1, name, priority, bytes: { initiator: 0, responder: 0 }, facts };
}

const CONTROL = { requests: 100, replies: 100, repliesWithBulkBeside: 1, bytesBeside: 489 };
const BULK = { seed: SEED, length: 5_000, bytes: 5_000, bytesBack: 5_000, verdict: true, verdictBack: true };
const SINK = { creditWhenFilled: 65_536, bytes: 70_000 };
const GATE = { announced: 70_000, queued: 65_536, verdict: true };

interface Facts {
  readonly control?: ServiceFigures["facts"];
  readonly bulk?: ServiceFigures["facts"];
  readonly sink?: ServiceFigures["facts"];
  readonly gate?: ServiceFigures["facts"];
  readonly priority?: number;
}

function streams({ control, bulk, sink, gate, priority = 0 }: Facts = {}): ServiceFigures[] {
  return [
    stream("control", priority, { ...CONTROL, ...control }),
    stream("control/backpressure", 0, { requests: 900, replies: 900, repliesWithBulkBeside: 900 }),
    stream(`bulk/${SEED}`, 7, { ...BULK, ...bulk }),
    stream("sink/backpressure", 6, { ...SINK, ...sink }),
    stream("gate/backpressure", 0, { ...GATE, ...gate }),
  ];
}

function session(services: readonly ServiceFigures[], change: Partial<JudgedSession> = {}): JudgedSession {
  const end = (deviceId: string) => ({ socket: "x:1", deviceId, tapped: true, followed: undefined });
  return {
    ...{ transport: "tcp", initiator: end("s"), responder: end("d"), from: { file: "f", number: 1 } },
    ...{ outcome: "followed", services, ...change },
  };
}

function reportOf(sessions: readonly JudgedSession[], unjudged: JudgeReport["unjudged"] = []): JudgeReport {
  return { verdict: "kept", frames: 1, sessions, findings: [], leftOff: 0, unjudged };
}

const RUNG = { marker: "fallback-ok", node: "a", reachedMs: 1 };
const found = (report: JudgeReport | undefined, work: readonly PlannedWork[] = [WORK], rung = RUNG) =>
  Object.fromEntries(judgeWork([rung], MANIFEST, work, report).map(({ rule, finding }) => [rule, finding]));
const all = (finding: string) => Object.fromEntries(Object.keys(WORK_RULES).map((rule) => [rule, finding]));

describe("what a probe was asked for", () => {
  it("is confirmed by the session between the two, for the node that printed the marker", () => {
    expect(found(reportOf([session(streams())]))).toEqual(all("confirmed"));
    const [first] = judgeWork([RUNG], MANIFEST, [WORK], reportOf([session(streams())]));
    expect(first).toMatchObject({
      marker: "fallback-ok",
      node: "a",
      saw: expect.stringMatching(/^a: 100 of 100 requests/) as unknown,
    });
  });

  it("is no more than 16 KiB beside each request, whatever the workload: nobody has more under way", () => {
    const work = { ...WORK, bulkBytes: 2 ** 30 };
    const beside = (bytesBeside: number): unknown =>
      found(reportOf([session(streams({ control: { bytesBeside } }))]), [work]);
    expect(beside(100 * 16_384)).toMatchObject({ "control-beside-bulk": "confirmed" });
    expect(beside(100 * 16_384 - 1)).toMatchObject({ "control-beside-bulk": "contradicted" });
  });

  it("may be done in any of several sessions", () => {
    expect(found(reportOf([session([]), session(streams())]))).toEqual(all("confirmed"));
  });

  it.each<[string, Facts]>([
    ["control-beside-bulk", { control: { replies: 99 } }],
    ["control-beside-bulk", { control: { repliesWithBulkBeside: 0 } }],
    // A byte per request, and one fewer than the share of the workload.
    ["control-beside-bulk", { control: { repliesWithBulkBeside: 100, bytesBeside: 100 } }],
    ["control-beside-bulk", { control: { bytesBeside: 488 } }],
    ["control-beside-bulk", { priority: 1 }],
    ["bulk-as-asked", { bulk: { seed: SEED + 1 } }],
    ["bulk-as-asked", { bulk: { length: 4_999, bytes: 4_999, bytesBack: 4_999 } }],
    ["bulk-as-asked", { bulk: { bytes: 4_999 } }],
    ["bulk-as-asked", { bulk: { bytesBack: 0 } }],
    ["bulk-as-asked", { bulk: { verdict: false } }],
    ["bulk-as-asked", { bulk: { verdictBack: false } }],
    ["backpressure-reached", { sink: { creditWhenFilled: 0 } }],
    ["backpressure-reached", { sink: { creditWhenFilled: 1_024 }, gate: { queued: 1_024 } }],
    ["backpressure-reached", { gate: { queued: 65_535 } }],
    ["backpressure-reached", { sink: { bytes: 65_536 }, gate: { announced: 65_536 } }],
    ["backpressure-reached", { gate: { announced: 70_001 } }],
    ["backpressure-reached", { gate: { verdict: false } }],
  ])("%s alone speaks: %o", (rule, facts) => {
    expect(found(reportOf([session(streams(facts))]))).toEqual({ ...all("confirmed"), [rule]: "contradicted" });
  });

  it.each<[string, Partial<JudgedSession>]>([
    ["by another device", { initiator: session([]).responder }],
    ["with another device", { responder: session([]).initiator }],
    ["over the other transport", { transport: "udp" }],
    ["on streams that the other end opened", { services: streams().map((one) => ({ ...one, openedBy: "responder" })) }],
  ])("is not done %s", (_, change) => {
    expect(found(reportOf([session(streams(), change)]))).toEqual(all("contradicted"));
  });

  it("is not denied by what could not be read, and not confirmed", () => {
    const gap = { what: "a gap", file: "f", number: 3, times: 1 };
    expect(found(reportOf([session([])], [gap]))).toEqual(all("unavailable"));
    expect(found(reportOf([session(streams())], [gap]))).toEqual(all("confirmed"));
    expect(found(undefined)).toEqual(all("unavailable"));
  });

  it("is asked of nobody, or was not claimed", () => {
    expect(found(reportOf([session(streams())]), [{ ...WORK, node: "b" }])).toEqual(all("contradicted"));
    expect(judgeWork([{ ...RUNG, reachedMs: undefined }], MANIFEST, [WORK], reportOf([]))).toEqual([]);
  });

  it("has to be done by each self-test of the node", () => {
    const works = [WORK, { ...WORK, selftest: "other" }];
    expect(found(reportOf([session(streams())]), works)).toEqual(all("contradicted"));
  });
});

describe("a plan", () => {
  const planOf = (name: string, nonce: string) =>
    plannedWork(planTopology(topologyOfProfile(loadProfile(name).profile), { seed: "s", nonce }));

  it("asks each probe of each self-test for its own work, with its own daemon", () => {
    const works = planOf("two-party", "n");
    expect(works.map(({ node, marker, transport }) => `${node} ${marker} ${transport}`)).toEqual([
      ...["control", "bulk", "backpressure"].map((probe) => `a ${probe}-ok udp`),
      "a fallback-ok tcp",
    ]);
    expect(works[0]).toMatchObject({ messages: 100, bulkBytes: 262_144 });
    const [first, , , last] = works;
    for (const key of ["selftest", "target", "bulkSeed"] as const) expect(first?.[key]).not.toBe(last?.[key]);
  });

  it("draws the bulk's content from the nonce: another run has other content", () => {
    expect(planOf("udp-sec", "n")[0]?.bulkSeed).toBe(planOf("udp-sec", "n")[0]?.bulkSeed);
    expect(planOf("udp-sec", "n")[0]?.bulkSeed).not.toBe(planOf("udp-sec", "m")[0]?.bulkSeed);
  });
});
