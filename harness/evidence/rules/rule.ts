import { frameCount, type Scene } from "../scene/scene.ts";

/** What one rule says of one scene. */
export interface Judgement {
  /**
   * `unavailable`: its source does not exist in this run; neither for nor against. `nothing-to-judge`: its source is there and shows
   * that what it is about did not happen, which is nobody's fault.
   */
  readonly finding: "confirmed" | "contradicted" | "unavailable" | "nothing-to-judge";
  /** What it saw, in one sentence with figures. */
  readonly saw: string;
  /** It contradicts by nothing but an absence: of a run that ended before it came so far there was nothing to judge. */
  readonly isAbsence?: true;
}

/** One rule of evidence: what must be true of captures, kernel counters and what else `marker-record.ts` names as a source. Its file is named after its id. */
export interface Rule {
  /** Kebab-case. Markers and profiles name the rule by it; it stands in summaries and behind `contradicted/`. */
  readonly id: string;
  /** What it asserts, in one sentence, for `udpsec explain`. */
  readonly text: string;
  /**
   * Whose claims it judges. `named`: those of the markers and profiles that name it. A predicate: those as well, and the whole run
   * where the predicate is true, whoever names it.
   */
  readonly claims: "named" | ((scene: Scene) => boolean);
  /**
   * @param times how often the node printed the marker; 1 for a rule of the whole run
   * @param node who printed it; undefined for a rule of the whole run
   */
  judge(scene: Scene, times: number, node?: string): Judgement;
}

export function confirmed(saw: string): Judgement {
  return { finding: "confirmed", saw };
}

export function contradicted(saw: string): Judgement {
  return { finding: "contradicted", saw };
}

/** What it looks for is not there, and nobody has claimed yet that it was: a run that went to its end is contradicted by that, no other. */
export function absent(saw: string): Judgement {
  return { finding: "contradicted", saw, isAbsence: true };
}

export function unavailable(saw: string): Judgement {
  return { finding: "unavailable", saw };
}

export function nothingToJudge(saw: string): Judgement {
  return { finding: "nothing-to-judge", saw };
}

/** @returns the judgement of a capture in which there is nothing: it never confirms */
export function emptyCapture(scene: Scene): Judgement | undefined {
  return frameCount(scene) === 0 ? contradicted("the capture is empty: 0 frames") : undefined;
}

export function wasPrinted(scene: Scene, marker: string): boolean {
  return scene.input.markers.some(({ id }) => id === marker);
}

/** `1 packet`, `2 packets`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
