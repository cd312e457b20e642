import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FinishedSummary } from "../compare/finished-summary.ts";
import type { LoggedDecision } from "../fabric/decision-log.ts";
import { HarnessError } from "../host/harness-error.ts";
import { ArtifactFolder } from "../run/result/artifact-folder.ts";
import type { RunResult } from "../run/result/run-result.ts";
import { verdictKey } from "./same-verdict.ts";

/** Runs the profile once more where only these decisions happen. @param runsFolder gets the artifacts */
export type RunTrial = (kept: readonly LoggedDecision[], runsFolder: string) => Promise<RunResult>;

/** A run that failed in machines, tried again with fewer decisions. Trials leave nothing among the user's runs, `latest` least of all. */
export class MachineTrials {
  readonly verdict: string;
  /** Holds one trial at a time: captures are large. */
  readonly folder = mkdtempSync(join(tmpdir(), "udpsec-minimize-"));
  readonly #run: RunTrial;

  constructor(failed: FinishedSummary, run: RunTrial) {
    this.verdict = verdictKey(failed);
    this.#run = run;
  }

  /** @returns whether the verdict is the same @throws HarnessError `trial-failed` for a trial that says nothing about its decisions */
  async fails(kept: readonly LoggedDecision[]): Promise<boolean> {
    const result = await this.#run(kept, this.folder);
    ArtifactFolder.remove(result.artifactsFolder);
    if (result.code !== "setup-failed") return verdictKey(result) === this.verdict;
    throw new HarnessError(
      "trial-failed",
      `a trial could not be set up: ${result.detail}`,
      "see to that, then minimise again",
    );
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
