/** Honest ends in virtual time, over links that lose, damage, turn round and rename: nobody may be accused. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { JudgeReport } from "../observer/judging/judge-report.ts";
import { udpsec } from "../wireshark/virtual-capture.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "judge-virtual-"));
afterAll(() => rmSync(folder, { recursive: true }));
const TIMEOUT_MS = 120_000;

/** Of daemons the streams carry the mux, of bare endpoints what the scenario writes. */
const SCENARIOS = {
  bytes: ["handshakeloss", "handshakecorruption", "impaired", "simultaneous-dial", "rebind"],
  mux: ["ladder", "fallback"],
} as const;

test.each(
  (["bytes", "mux"] as const).flatMap((stream) => SCENARIOS[stream].map((scenario) => [scenario, stream] as const)),
)(
  "%s",
  async (scenario, stream) => {
    const [capture, secrets, plan] = [`${scenario}.pcapng`, `${scenario}.secrets`, `${stream}.json`].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(plan, JSON.stringify({ stream, congestion: "new-reno" }));
    const run = await udpsec("sim", "--scenario", scenario, "--seed", "11", "--capture", capture, "--secrets", secrets);
    expect(run.status, run.text).toBe(0);
    const { status, stdout } = await udpsec("judge", capture, "--secrets", secrets, "--plan", plan, "--json");
    const { findings, unjudged } = JSON.parse(stdout) as JudgeReport;
    expect({ status, findings, unjudged }).toEqual({ status: 0, findings: [], unjudged: [] });
  },
  TIMEOUT_MS,
);
