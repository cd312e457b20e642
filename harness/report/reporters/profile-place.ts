/** Where a run's profile is written, for reports that lead there. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { profileFolder } from "../../profiles/load.ts";
import { splitVariant } from "../../profiles/matrix/variants.ts";
import { lineOfRung } from "../../profiles/rung-line.ts";
import type { RunResult } from "../../run/result/run-result.ts";
import type { LeftRun } from "./reporter.ts";

export interface ProfilePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Where the first rung that is missing stands in its profile. A file that is gone, or broken, by now has its first line. */
export function profilePlaceOf(result: RunResult): ProfilePlace {
  const file = profileFileOf(result);
  const missing = result.rungs.find((rung) => rung.seen < rung.count);
  try {
    return { file, line: missing === undefined ? 1 : lineOfRung(readFileSync(file, "utf8"), missing) };
  } catch {
    return { file, line: 1 };
  }
}

/** Relative to the current folder, as annotations want it. */
export function profileFileOf({ profile, profilePath }: Pick<LeftRun, "profile" | "profilePath">): string {
  const path = profilePath ?? join(profileFolder(), `${splitVariant(profile).base}.toml`);
  return relative(process.cwd(), path);
}
