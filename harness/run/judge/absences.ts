import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";

/**
 * What it means that a rule of the whole run found nothing of what it looks for. A run that went to its end is contradicted by that: it
 * should have shown it. One that failed before it came so far, or was to show a part of itself, leaves nothing to judge there; to call that a
 * contradiction would send people after a second fault that nobody made. What a marker claims that was printed stays contradicted.
 *
 * @param isShort not all of the run was seen, for whatever reason
 */
export function judgeAbsences(evidence: readonly EvidenceFinding[], isShort: boolean): EvidenceFinding[] {
  return evidence.map(({ isAbsence, ...finding }) =>
    isAbsence === true && isShort && finding.marker === undefined
      ? { ...finding, finding: "nothing-to-judge" }
      : finding,
  );
}
