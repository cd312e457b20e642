/** On whose word each rung of a run stands: a table of four, and every rung in exactly one of them. */
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import type { RungState } from "../../markers/ladder-spec.ts";
import { isAboutRung } from "./about-rung.ts";
import type { Manifest } from "../../markers/manifest.ts";

export type Standing =
  /** Each rule that its entry names spoke for it, and none against it. */
  | "confirmed"
  /** A rule that its entry names, or that was asked about it, found otherwise. */
  | "denied"
  /** Nobody else says so. */
  | "guest's word"
  /** It was not printed, or what a rule would have looked at is not there. */
  | "nothing to judge";

export interface MarkerStanding {
  readonly node: string;
  readonly marker: string;
  readonly standing: Standing;
  /** Rules that spoke for it. */
  readonly confirmedBy: readonly string[];
}

export interface Standings {
  readonly confirmed: number;
  readonly denied: number;
  readonly guestsWord: number;
  readonly nothingToJudge: number;
  /** Rung by rung. */
  readonly rungs: readonly MarkerStanding[];
}

/** @returns where each rung of the ladders stands */
export function standingsOf(
  rungs: readonly Pick<RungState, "marker" | "node" | "reachedMs">[],
  evidence: readonly EvidenceFinding[],
  manifest: Manifest,
): Standings {
  const standings = rungs.map((rung): MarkerStanding => {
    const { marker, node, reachedMs } = rung;
    const rules = manifest.get(marker)?.evidence ?? [];
    const about = evidence.filter(
      (one) => (rules.includes(one.rule) || one.marker === marker) && isAboutRung(one, rung),
    );
    const confirmedBy = rules.filter((rule) => about.some((one) => one.rule === rule && one.finding === "confirmed"));
    const standing = reachedMs === undefined ? "nothing to judge" : standingOf(rules, about, confirmedBy);
    return { node, marker, standing, confirmedBy: standing === "confirmed" ? confirmedBy : [] };
  });
  const count = (wanted: Standing): number => standings.filter(({ standing }) => standing === wanted).length;
  return {
    confirmed: count("confirmed"),
    denied: count("denied"),
    guestsWord: count("guest's word"),
    nothingToJudge: count("nothing to judge"),
    rungs: standings,
  };
}

function standingOf(
  rules: readonly string[],
  about: readonly EvidenceFinding[],
  confirmedBy: readonly string[],
): Standing {
  if (about.some(({ finding }) => finding === "contradicted")) return "denied";
  if (rules.length === 0) return "guest's word";
  return confirmedBy.length === rules.length ? "confirmed" : "nothing to judge";
}
