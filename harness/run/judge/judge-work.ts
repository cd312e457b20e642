import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RungState } from "../../markers/ladder-spec.ts";
import type { Manifest } from "../../markers/manifest.ts";
import type { JudgedSession, JudgeReport } from "../../observer/judging/judge-report.ts";
import type { PlannedWork } from "./planned-work.ts";
import { WORK_RULES, type WorkJudgement, type WorkRule } from "./work-rules.ts";

/**
 * Whether the probes did what was asked of them, by what the observer followed between the self-test's device and its target's.
 *
 * @param report undefined: there was no capture
 * @returns for each printed marker what each rule of this kind says that its entry names
 */
export function judgeWork(
  rungs: readonly Pick<RungState, "marker" | "node" | "reachedMs">[],
  manifest: Manifest,
  planned: readonly PlannedWork[],
  report: JudgeReport | undefined,
): EvidenceFinding[] {
  return rungs.flatMap(({ marker, node, reachedMs }) => {
    const rules = (manifest.get(marker)?.evidence ?? []).filter((id) => Object.hasOwn(WORK_RULES, id));
    const works = planned.filter((work) => work.node === node && work.marker === marker);
    if (reachedMs === undefined) return [];
    return rules.map((rule): EvidenceFinding => {
      const judged = works.map((work) => judgeOne(WORK_RULES[rule], work, report));
      // Several self-tests of a node each earn the marker: the worst says what it is worth.
      const worst = (["contradicted", "unavailable", "confirmed"] as const)
        .map((finding) => judged.find((one) => one.finding === finding))
        .find((one) => one !== undefined);
      const { finding = "contradicted", saw = "nobody was asked to do it" } = worst ?? {};
      return { rule, marker, node, finding, saw: `${node}: ${saw}` };
    });
  });
}

function judgeOne(
  rule: WorkRule | undefined,
  work: PlannedWork,
  report: JudgeReport | undefined,
): Pick<EvidenceFinding, "finding" | "saw"> {
  if (rule === undefined || report === undefined) return { finding: "unavailable", saw: "no capture" };
  const sessions = report.sessions.filter((session) => isOf(session, work));
  const judged = sessions.map((session): WorkJudgement => {
    const streams = session.services.filter(({ openedBy }) => openedBy === "initiator");
    return rule(streams, work);
  });
  const [first = { isDone: false, saw: `no session over ${work.transport} with the daemon that it tests` }] = judged;
  const done = judged.find(({ isDone }) => isDone);
  if (done !== undefined) return { finding: "confirmed", saw: done.saw };
  // What was not read may be what is missing.
  const [gap] = report.unjudged;
  if (gap === undefined) return { finding: "contradicted", saw: first.saw };
  return { finding: "unavailable", saw: `${first.saw}; not judged: ${gap.what}` };
}

function isOf({ transport, initiator, responder }: JudgedSession, work: PlannedWork): boolean {
  return transport === work.transport && initiator.deviceId === work.selftest && responder.deviceId === work.target;
}
