import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSummary } from "../compare/finished-summary.ts";
import type { EvidenceFinding } from "../evidence/findings/evidence-finding.ts";
import { SILENT_REPORTER } from "../run/request/run-reporter.ts";
import { runProfile } from "../run/run-profile.ts";
import {
  loadScripted,
  RUNGS,
  scriptedEquipment,
  scriptedPorts,
  scriptedRequest,
  type Script,
} from "../run/scripted-machine.fixture.ts";
import { MachineTrials } from "./machine-trials.ts";

let runsFolder: string;
beforeEach(() => (runsFolder = mkdtempSync(join(tmpdir(), "trials-"))));
afterEach(() => rmSync(runsFolder, { recursive: true }));

const GREEN: Script = { lines: ["init: udpsec initramfs up", ...RUNGS], exit: { kind: "guest-shutdown" } };
const NOTHING_CAME: Script = { ...GREEN, lines: [] };
const denial = (rule: string): EvidenceFinding[] =>
  ["machine-ending", "no-session-traffic"].map((name) => ({
    rule: name,
    marker: undefined,
    finding: name === rule ? "contradicted" : "confirmed",
    saw: "9 frames",
  }));

function play(script: Script, findings: readonly EvidenceFinding[], folder: string) {
  const request = scriptedRequest(loadScripted(), { runsFolder: folder });
  const { signal } = new AbortController();
  return runProfile(request, scriptedEquipment(), SILENT_REPORTER, signal, scriptedPorts(script, findings));
}

/** @returns whether the second run counts as the first one's failure, and what the trial left */
async function trial(failed: [Script, EvidenceFinding[]], again: [Script, EvidenceFinding[]]) {
  const { artifactsFolder } = await play(...failed, runsFolder);
  const before = [readdirSync(runsFolder), readlinkSync(join(runsFolder, "latest"))];
  const trials = new MachineTrials(readSummary(artifactsFolder), (_, folder) => play(...again, folder));
  try {
    const same = await trials.fails([]);
    expect(readdirSync(trials.folder)).toEqual(["latest"]);
    return same;
  } finally {
    trials.end();
    expect(existsSync(trials.folder)).toBe(false);
    expect([readdirSync(runsFolder), readlinkSync(join(runsFolder, "latest"))]).toEqual(before);
  }
}

test("a trial that fails the same way counts, and leaves the runs and the latest of them as they were", async () => {
  expect(await trial([GREEN, denial("machine-ending")], [GREEN, denial("machine-ending")])).toBe(true);
});

test("another rule of evidence, or another first rung that never came, is another verdict", async () => {
  expect(await trial([GREEN, denial("machine-ending")], [GREEN, denial("no-session-traffic")])).toBe(false);
  const oneCame: Script = { ...NOTHING_CAME, lines: ["init: udpsec initramfs up", RUNGS[0]] };
  expect(await trial([NOTHING_CAME, denial("none")], [oneCame, denial("none")])).toBe(false);
});

test("a trial that can't be set up is no answer", async () => {
  const { artifactsFolder } = await play(NOTHING_CAME, denial("none"), runsFolder);
  const trials = new MachineTrials(readSummary(artifactsFolder), async (_, folder) => ({
    ...(await play(NOTHING_CAME, denial("none"), folder)),
    code: "setup-failed",
    detail: "disk-full",
  }));
  await expect(trials.fails([])).rejects.toMatchObject({ code: "trial-failed" });
  trials.end();
});
