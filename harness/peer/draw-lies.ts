import { createHash } from "node:crypto";
import { LIE_NAMES, LIES, type LieName } from "./lies/index.ts";

/**
 * @param seed of the run: same seed, same lies @param count those that wait for a timer of the guest's are told only where all are
 * @returns first those that the guest has to dial for: one that makes it wait before it dials again comes last of them
 */
export function drawLies(seed: string, count: number | "all"): LieName[] {
  const rank = (name: LieName): string => createHash("sha256").update(`${seed} ${name}`).digest("hex");
  const shuffled = LIE_NAMES.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
  const drawn = count === "all" ? shuffled : shuffled.filter((name) => LIES[name].isSlow !== true).slice(0, count);
  return drawn.toSorted((a, b) => turnOf(a) - turnOf(b));
}

function turnOf(name: LieName): number {
  const lie = LIES[name];
  if (lie.by === "initiator") return 2;
  return lie.check === undefined ? 1 : 0;
}
