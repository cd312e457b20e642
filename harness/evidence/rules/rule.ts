import type { EvidenceFinding } from "../observer/evidence-input.ts";
import { frameCount, type Scene } from "../observer/scene.ts";

export type Judgement = Pick<EvidenceFinding, "verdict" | "saw">;

export interface Rule {
  readonly id: string;
  /** True if the rule must hold in this run, whether or not a marker names it. Absent: only where a marker does. */
  readonly appliesToRun?: (scene: Scene) => boolean;
  /** @param times how often the node printed the marker; 1 for a rule of the whole run */
  judge(scene: Scene, times: number): Judgement;
}

export function confirmed(saw: string): Judgement {
  return { verdict: "confirmed", saw };
}

export function contradicted(saw: string): Judgement {
  return { verdict: "contradicted", saw };
}

export function unavailable(saw: string): Judgement {
  return { verdict: "unavailable", saw };
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
