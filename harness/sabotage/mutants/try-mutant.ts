/** A mutant against the suite: the cases that it names must fail, and cases that have nothing to do with its rule must pass. */
import { CASES } from "../../conform/cases/index.ts";
import { ownGround } from "../../conform/grounds/own-ground.ts";
import { chooseCases, isMeant } from "../../conform/run/choose-cases.ts";
import type { ConformCase } from "../../conform/stage/conform-case.ts";
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

/** @param isWhole all cases that wait for no timer are played: else those that must fail, and some that any mutant must pass */
export async function tryMutant(mutant: Mutant, isWhole: boolean): Promise<MutantCheck> {
  const { name, module, find, by, fails } = mutant;
  const out = `build/mutants/${name}.mjs`;
  const { path } = await bundleEntry({ entry: BUNDLES.agentOnHost.entry, out, substitute: { module, find, by } });
  const quick = chooseCases(CASES, { only: [], isQuick: true });
  const isOwn = ({ id }: ConformCase): boolean => fails.includes(id) || CONTROLS.includes(id);
  const cases = CASES.filter((one) => isOwn(one) || (isWhole && quick.includes(one)));
  const ground = await ownGround(path, PATIENCE_MS, isWhole ? "large" : "small");
  try {
    const { signal } = new AbortController();
    const { results } = await runSuite(cases, ground, { patienceMs: PATIENCE_MS, signal });
    return judged(results, mutant);
  } finally {
    await ground.end();
  }
}

function judged(results: readonly ConformResult[], mutant: Mutant): MutantCheck {
  const { rule, fails } = mutant;
  const failed = results.filter(({ verdict }) => verdict === "fail");
  const verdict = failed.map(({ conformCase, detail }) => `${conformCase.id}: ${detail}`).join("; ");
  const missed = fails.filter((id) => !failed.some(({ conformCase }) => conformCase.id === id));
  const detail = results.find(({ conformCase }) => conformCase.id === missed[0])?.detail ?? "";
  if (missed.length > 0) return { complaint: `${missed.join(", ")} did not fail (${detail})`, verdict };
  const beside = failed
    .filter(({ conformCase }) => !isExpected(conformCase, mutant))
    .map(({ conformCase }) => conformCase.id);
  if (beside.length > 0)
    return { complaint: `${beside.join(", ")} failed too, and nothing says that it depends on ${rule}`, verdict };
  return { complaint: undefined, verdict };
}

/** What fails beside must stand on what the mutant broke, and the mutant says why. */
function isExpected(conformCase: ConformCase, { fails, dependent = {} }: Mutant): boolean {
  if (CONTROLS.includes(conformCase.id)) return false;
  return fails.includes(conformCase.id) || Object.keys(dependent).some((pattern) => isMeant(conformCase, pattern));
}
