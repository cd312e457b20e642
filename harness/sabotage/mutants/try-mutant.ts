/** A mutant against the suite: the cases that it names must fail, and cases that have nothing to do with its rule must pass. */
import { CASES } from "../../conform/cases/index.ts";
import { ownGround } from "../../conform/grounds/own-ground.ts";
import { chooseCases } from "../../conform/run/choose-cases.ts";
import type { ConformResult } from "../../conform/run/conform-result.ts";
import { runSuite } from "../../conform/run/run-suite.ts";
import { bundleEntry } from "../../host/bundled-entry.ts";
import { BUNDLES } from "../../host/bundles.ts";
import type { Mutant } from "./mutant.ts";

/** What any mutant does that can be talked to at all. */
const CONTROLS = [
  "2/answers-as-itself",
  "3.1/dialler-msg1",
  "4.1/header-is-sealed-too",
  "10/message-1-that-does-not-open",
];
/** Who does nothing has been waited for long enough. */
const PATIENCE_MS = 5_000;

export interface MutantCheck {
  /** What is wrong with the suite; undefined: it caught the mutant as it must. */
  readonly complaint: string | undefined;
  /** What failed, with what came. */
  readonly verdict: string;
}

/** @param isWhole all cases that wait for no timer are played, and those that fail beside are told */
export async function tryMutant(
  { name, module, find, by, rule, fails }: Mutant,
  isWhole: boolean,
): Promise<MutantCheck> {
  const out = `build/mutants/${name}.mjs`;
  const { path } = await bundleEntry({ entry: BUNDLES.agentOnHost.entry, out, substitute: { module, find, by } });
  const quick = chooseCases(CASES, { only: [], isQuick: true });
  const cases = isWhole ? quick : CASES.filter(({ id }) => fails.includes(id) || CONTROLS.includes(id));
  const ground = await ownGround(path, PATIENCE_MS, "small");
  try {
    const { signal } = new AbortController();
    const { results } = await runSuite(cases, ground, { patienceMs: PATIENCE_MS, signal });
    return judged(results, fails, rule);
  } finally {
    await ground.end();
  }
}

function judged(results: readonly ConformResult[], fails: readonly string[], rule: string): MutantCheck {
  const failed = results.filter(({ verdict }) => verdict === "fail");
  const verdict = failed.map(({ conformCase, detail }) => `${conformCase.id}: ${detail}`).join("; ");
  const missed = fails.filter((id) => !failed.some(({ conformCase }) => conformCase.id === id));
  const detail = results.find(({ conformCase }) => conformCase.id === missed[0])?.detail ?? "";
  if (missed.length > 0) return { complaint: `${missed.join(", ")} did not fail (${detail})`, verdict };
  // What fails beside must hold the target to the same rule, or stand on what the mutant broke: the caller shows it.
  const control = failed.find(({ conformCase }) => CONTROLS.includes(conformCase.id));
  if (control !== undefined)
    return { complaint: `${control.conformCase.id} failed too, which has nothing to do with ${rule}`, verdict };
  return { complaint: undefined, verdict };
}
