import { createHash } from "node:crypto";
import { LIE_NAMES, LIES, type LieName } from "./lies/index.ts";
import { IDENTITY_CHECKS } from "./lies/lie.ts";

/**
 * @param seed of the run: same seed, same lies
 * @param count beside one that shows each check of identity; those that wait for a timer of the guest's are told only where all are
 * @returns first those that the guest has to dial for: one that makes it wait before it dials again comes last of them
 */
export function drawLies(seed: string, count: number | "all", over: "udp" | "tcp"): LieName[] {
  const rank = (name: LieName): string => createHash("sha256").update(`${seed} ${name}`).digest("hex");
  const shuffled = LIE_NAMES.filter((name) => (LIES[name].over === "tcp") === (over === "tcp")).toSorted((a, b) =>
    rank(a) < rank(b) ? -1 : 1,
  );
  const drawn = count === "all" ? shuffled : drawSome(shuffled, count);
  return drawn.toSorted((a, b) => turnOf(a) - turnOf(b));
}

function drawSome(shuffled: readonly LieName[], count: number): LieName[] {
  const quick = shuffled.filter((name) => LIES[name].isSlow !== true);
  const always = IDENTITY_CHECKS.flatMap((check) => quick.find((name) => LIES[name].shows === check) ?? []);
  const others = quick.filter((name) => !always.includes(name)).slice(0, count);
  // In the order of all, so that none can be told by its place.
  return quick.filter((name) => always.includes(name) || others.includes(name));
}

function turnOf(name: LieName): number {
  const lie = LIES[name];
  if (lie.by === "initiator") return 2;
  return lie.over === "tcp" || lie.check === undefined ? 1 : 0;
}
