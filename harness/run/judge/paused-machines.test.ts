/** A machine that was paused is late for its own deadlines, and lived for longer than its clock says: rules of time know of it. */
import { expect, test } from "vitest";
import { honestRun } from "../../sabotage/sabotages/honest-runs.ts";
import { SABOTAGES } from "../../sabotage/sabotages/suite.ts";
import { endedRecording } from "./ended-recording.fixture.ts";
import { gatherEvidence } from "./gather-evidence.ts";

/** @returns what a rule found in a sabotaged run, had its machines been paused for so long */
async function found(name: string, rule: string, pausedMs: number): Promise<string | undefined> {
  const sabotage = SABOTAGES.find((one) => one.name === name);
  if (sabotage?.where !== "recorded") throw new RangeError(`no recorded sabotage ${name}`);
  const run = await endedRecording(sabotage.tamper(honestRun(sabotage.honest)));
  const nodes = run.finished.nodes.map((node) => ({ ...node, pausedMs }));
  const findings = await gatherEvidence({ ...run, finished: { ...run.finished, nodes, endedMs: Infinity } });
  return findings.find((one) => one.rule === rule && one.finding !== "unavailable")?.finding;
}

test("half a minute of silence is what a pause of half a minute makes", async () => {
  expect(await found("silence-over-the-switch", "observer", 1_000)).toBe("contradicted");
  expect(await found("silence-over-the-switch", "observer", 30_000)).toBe("confirmed");
});

test("a machine sends for longer than its kernel counts, by its pauses", async () => {
  expect(await found("frames-of-a-machine-that-is-gone", "clocks-agree", 0)).toBe("contradicted");
  expect(await found("frames-of-a-machine-that-is-gone", "clocks-agree", 60_000)).toBe("confirmed");
});
