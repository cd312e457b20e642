import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { Ladder } from "../../markers/ladder.ts";
import type { LadderNote, RunFailure } from "../../markers/ladder-spec.ts";
import type { Manifest } from "../../markers/manifest.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { Plan } from "../../topology/plan.ts";
import type { FinishedRun } from "../../worlds/live/finished-run.ts";
import { isInOrder } from "../../worlds/live/node-exit.ts";
import { judgeAbsences } from "./absences.ts";
import { checkEvidence } from "./evidence-check.ts";
import { judgeSilence } from "./evidence-silence.ts";
import { failureOfError } from "./failure-of-error.ts";
import type { EndedRun, gatherEvidence } from "./gather-evidence.ts";
import { standingsOf, type Standings } from "./marker-standings.ts";
import { orderFailures, verdictOf, type Verdict } from "./verdict.ts";

/** A run that has ended, and what was expected of it. */
export interface RunToJudge {
  readonly profile: Profile;
  readonly manifest: Manifest;
  readonly ladder: Ladder;
  readonly finished: FinishedRun;
  readonly plan: Plan;
  /** What ended it, if that was a failure. */
  readonly failure: RunFailure | undefined;
  /** Codes that do not count. */
  readonly without?: ReadonlySet<string> | undefined;
  /** Whether the run was to end at its last rung, whatever the machines still had to do. */
  readonly untilMarker: boolean;
  /** Whether later rungs were left out: however it ended, not all was seen. */
  readonly isPart?: boolean;
  /** Whether a rule that can't speak fails the run, and with it a run that was cut. */
  readonly requireEvidence: boolean;
  /** The log of an earlier run decided the faults. */
  readonly isReplay?: boolean;
  /** Default: true. False: what it is run for is not said by markers, so a run without any may pass. */
  readonly needsRungs?: boolean;
  /** Rules that are asked as well, of which nothing follows for the run. */
  readonly consulted?: readonly string[];
  readonly gatherEvidence: (run: EndedRun) => ReturnType<typeof gatherEvidence>;
}

export interface JudgedRun {
  readonly verdict: Verdict;
  readonly notes: readonly LadderNote[];
  readonly evidence: readonly EvidenceFinding[];
  /** What rules said that were asked as well: nothing follows of it. */
  readonly consulted: readonly EvidenceFinding[];
  readonly standings: Standings;
  /** It was ended at its last rung: what comes after that was not seen. */
  readonly cut: boolean;
  /** Rules that could not speak: what they look at is not there. */
  readonly silentRules: readonly string[];
}

/**
 * First what ended the run, then what only the whole run can tell, then the evidence.
 *
 * @throws what is no typed error: a bug
 */
export async function judgeRun(run: RunToJudge): Promise<JudgedRun> {
  const { profile, manifest, ladder, finished, plan, without } = run;
  const late = finishLadder(ladder, finished);
  const lost = finished.fabric?.captureLost ?? 0;
  const known = {
    ended: run.failure === undefined ? [] : [run.failure],
    unknown: lost > 0 ? [captureLost(lost)] : [],
    ladder: late.failures,
  };
  const { rungs } = ladder;
  const isCut = wasCut(run);
  const judged = (
    verdict: Verdict,
    [evidence, consulted]: readonly [EvidenceFinding[], EvidenceFinding[]],
    silentRules: readonly string[],
  ): JudgedRun => ({
    ...{ verdict, notes: late.notes, evidence, consulted, standings: standingsOf(rungs, evidence, manifest) },
    ...{ cut: isCut, silentRules },
  });
  try {
    const found = await run.gatherEvidence({
      ...{ profile, manifest, rungs, finished, plan, isReplay: run.isReplay ?? false, consulted: run.consulted },
    });
    const hasFailed = [...known.ended, ...known.ladder].some(({ code }) => without?.has(code) !== true);
    const told = found.filter(({ isConsulted }) => isConsulted !== true);
    const evidence = judgeAbsences(told, hasFailed || (isCut && run.isPart === true));
    const consulted = found.filter(({ isConsulted }) => isConsulted === true);
    const checked = checkEvidence(evidence, rungs, profile.evidence, manifest, run.needsRungs);
    const { failures, silentRules } = judgeSilence(checked, evidence, {
      ...{
        isCut,
        isEndedEarly: wasEndedByUs(finished) && (isCut || run.failure !== undefined),
        requireEvidence: run.requireEvidence,
        asked: askedRules(profile, manifest, rungs),
      },
    });
    return judged(
      verdictOf(orderFailures({ ...known, evidence: failures }), without),
      [evidence, consulted],
      silentRules,
    );
  } catch (error) {
    const failures = [...orderFailures({ ...known, evidence: [] }), failureOfError(error)];
    return judged(verdictOf(failures, without), [[], []], []);
  }
}

/** A run that failed was not cut: it ended where it failed. */
function wasCut({ untilMarker, isPart = false, failure, finished }: RunToJudge): boolean {
  return untilMarker && failure === undefined && (isPart || wasEndedByUs(finished));
}

function wasEndedByUs({ nodes }: FinishedRun): boolean {
  return nodes.some(({ expected }) => expected === "ended-by-us");
}

function askedRules(profile: Profile, manifest: Manifest, rungs: Ladder["rungs"]): Set<string> {
  return new Set([...profile.evidence, ...rungs.flatMap(({ marker }) => manifest.get(marker)?.evidence ?? [])]);
}

function finishLadder(ladder: Ladder, { nodes }: FinishedRun): ReturnType<Ladder["finish"]> {
  const endings = new Map(nodes.map(({ name, exit }) => [name, isInOrder(exit) ? "in-order" : "cut-off"] as const));
  return ladder.finish(endings, new Map(nodes.map(({ name, damage }) => [name, damage])));
}

/** What the disk could not take in time is no finding about the guests, but nothing can be judged without it. */
function captureLost(records: number): RunFailure {
  const detail = `the disk was too slow: ${records} records of the switch's capture are lost`;
  return { code: "setup-failed", node: undefined, marker: undefined, detail, atMs: undefined };
}
