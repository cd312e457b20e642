import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RunFailure, RungState } from "../../markers/ladder-spec.ts";
import { isAboutRung } from "./about-rung.ts";
import type { Manifest } from "../../markers/manifest.ts";

/**
 * Green markers against what the evidence found. Nothing is skipped: a rule that should speak and doesn't is a failure, and so is
 * a run without rungs or without evidence.
 *
 * @param required rules of the profile @param needsRungs false: the run was not made for the sake of markers @returns what speaks against the run, contradictions first
 */
export function checkEvidence(
  findings: readonly EvidenceFinding[],
  rungs: readonly RungState[],
  required: readonly string[],
  manifest: Manifest,
  needsRungs = true,
): RunFailure[] {
  const failures: RunFailure[] = [];
  for (const { rule, marker, finding, saw } of findings) {
    if (finding === "contradicted") failures.push(failure("contradicted", rule, marker, `${rule}: ${saw}`));
  }
  if (needsRungs && rungs.length === 0)
    failures.push(failure("unconfirmed", undefined, undefined, "the ladder has no rungs"));
  if (findings.length === 0) failures.push(failure("unconfirmed", undefined, undefined, "there is no evidence at all"));
  const speaks = ({ finding }: EvidenceFinding): boolean => finding !== "unavailable";
  for (const rule of required) {
    if (!findings.some((finding) => finding.rule === rule && speaks(finding))) {
      failures.push(failure("unconfirmed", rule, undefined, `the profile asks for rule ${rule}; it did not speak`));
    }
  }
  for (const rung of rungs) {
    const { marker, reachedMs } = rung;
    if (reachedMs === undefined) continue;
    for (const rule of manifest.get(marker)?.evidence ?? []) {
      const spoke = findings.some((finding) => finding.rule === rule && isAboutRung(finding, rung) && speaks(finding));
      if (!spoke)
        failures.push(failure("unconfirmed", rule, marker, `rule ${rule} should confirm it; it did not speak`));
    }
  }
  return failures;
}

function failure(
  code: "contradicted" | "unconfirmed",
  rule: string | undefined,
  marker: string | undefined,
  detail: string,
): RunFailure {
  return { code, rule, node: undefined, marker, detail, atMs: undefined };
}
