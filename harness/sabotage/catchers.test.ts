import { describe, expect, it } from "vitest";
import { RULE_TEXTS } from "../evidence/rules/rule-texts.ts";
import { honestRun } from "./sabotages/honest-runs.ts";
import { judgeRecorded } from "./judge-recorded.ts";
import { SABOTAGES } from "./sabotages/suite.ts";
import { viewTcp } from "./tamper/tcp-segments.ts";
import { delayedFrom } from "./tamper/times.ts";
import { framesAtFirstNic } from "./tamper/wire.ts";

describe("rules of evidence", () => {
  it.each(Object.keys(RULE_TEXTS))("%s catches a sabotage: it is no decoration", (id) => {
    expect(SABOTAGES.filter(({ rules }) => rules.some((rule) => rule === id)).map(({ name }) => name)).not.toEqual([]);
  });

  // Two that read the same of a run from two sources are no mistake: it is one if nobody says so.
  it("see together only what the sabotage says why they both see", () => {
    expect(SABOTAGES.filter(({ rules, why }) => rules.length > 1 && why === undefined).map(({ name }) => name)).toEqual(
      [],
    );
  });
});

describe("a recorded run over the switch", () => {
  it("is judged with what the switch saw", async () => {
    const { evidence } = await judgeRecorded(honestRun("faulty-path"));
    const faults = evidence.find(({ rule }) => rule === "faults-seen");
    expect(faults?.finding).toBe("confirmed");
    expect(faults?.saw).toContain("a>b blackhole");
  });

  it("is delayed in every capture, by each one's own clock", async () => {
    const run = honestRun("cross-vm-udp-blocked");
    const isSyn = (frame: Buffer): boolean => viewTcp(frame)?.isSyn === true;
    const { evidence } = await judgeRecorded(delayedFrom(run, isSyn, 1_000));
    const took = (saw: string | undefined): number => Number(/first TCP SYN ([\d.]+) s/.exec(saw ?? "")?.[1]);
    const before = (await judgeRecorded(run)).evidence.find(({ rule }) => rule === "fallback-within-deadline");
    const after = evidence.find(({ rule }) => rule === "fallback-within-deadline");
    expect(took(after?.saw) - took(before?.saw)).toBeCloseTo(1, 1);
    expect(framesAtFirstNic(run).filter(isSyn)).toHaveLength(2);
    expect(delayedFrom(run, isSyn, 1_000).fabric).not.toEqual(run.fabric);
  });
});
