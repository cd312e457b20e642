import { commandName } from "../../host/package-assets.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RunFailure } from "../../markers/ladder-spec.ts";
import type { JudgedRun } from "../../run/judge/judge-run.ts";
import type { Standing } from "../../run/judge/marker-standings.ts";
import type { RunResult } from "../../run/result/run-result.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";

/** A known marker that a node printed, and on whose word it stands. */
export interface PrintedByNode {
  readonly node: string;
  readonly marker: string;
  /** As it was printed, or as it is listed. */
  readonly text: string;
  /** ms from the start of the run. */
  readonly atMs: number;
  readonly standing: Standing;
}

/** What a lab's run came to: judged once, when it had ended. */
export interface LabResult {
  /** Nothing speaks against it: no crash, no marker that the wire denies, no rule of the protocol that somebody broke. */
  readonly passed: boolean;
  /** `passed`, or the kind of failure; `udpsec explain CODE` tells what it means. */
  readonly code: string;
  readonly detail: string;
  /** What speaks against it, the one that names it first. */
  readonly failures: readonly RunFailure[];
  /** What each rule of evidence says, those included that nobody had asked for. */
  readonly evidence: readonly EvidenceFinding[];
  /** Known markers, in the order of nodes. */
  readonly markers: readonly PrintedByNode[];
  /** Of each node, every line that the guest wrote, echoes of what was typed left out. */
  readonly consoles: ReadonlyMap<string, readonly string[]>;
  readonly seed: string;
  /** Console, events, captures, summary: docs/debugging.md. */
  readonly artifactsFolder: string;
  /** How to run it again with the same faults. */
  readonly again: string;
}

export function labResult(result: RunResult, { consulted }: JudgedRun, finished: FinishedRun): LabResult {
  const { passed, fullCode, detail, failures, evidence, rungs, standings, seed, artifactsFolder, again } = result;
  return {
    ...{ passed, code: fullCode, detail, failures, seed, artifactsFolder, again },
    evidence: [...evidence, ...consulted],
    markers: rungs.map(({ node, marker, text, reachedMs = 0 }, at) => {
      return { node, marker, text, atMs: reachedMs, standing: standings.rungs[at]?.standing ?? "nothing to judge" };
    }),
    consoles: new Map(
      finished.nodes.map(({ name, transcript }) => [
        name,
        transcript.lines.flatMap(({ text, isEcho }) => (isEcho === true ? [] : text)),
      ]),
    ),
  };
}

/** @returns a run that failed, in the words of a message */
export function describeFailure({ code, detail, failures, artifactsFolder, again }: LabResult): string {
  const others = failures.slice(1).map(({ node, detail: more }) => `  ${node === undefined ? "" : `${node}: `}${more}`);
  return [
    `${code}: ${detail}`,
    ...others,
    `artifacts: ${artifactsFolder}`,
    `explain:   ${commandName()} explain ${code}`,
    `again:     ${again}`,
  ].join("\n");
}
