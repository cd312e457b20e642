/** A sabotage must be caught with its code by its rules, and only by them: without them the same run turns green. */
import { guestKind } from "../guests/registry.ts";
import { OBSERVER_RULE } from "../evidence/rules/rule-texts.ts";
import { failureCode } from "../markers/failure-code.ts";
import type { RememberedKeys } from "../run/judge/remembered-keys.ts";
import type { RunResult } from "../run/result/run-result.ts";
import { judgeRecorded } from "./judge-recorded.ts";
import type { RecordedRun } from "./recordings/recording.ts";
import type { Sabotage } from "./sabotages/sabotage.ts";

const NOTHING_REMEMBERED: RememberedKeys = { earlier: () => [], remember: () => undefined };

export interface SabotageCheck {
  /** What is wrong with the harness, or undefined: caught as it should be. */
  readonly complaint: string | undefined;
  /** What the harness said of the broken run. */
  readonly verdict: string;
}

/** @param broken the run as the harness saw it @param result its verdict, if it was judged already */
export async function checkSabotage(
  { code, rules }: Sabotage,
  broken: RecordedRun,
  result?: RunResult,
): Promise<SabotageCheck> {
  // Of what it catches alone the observer is asked; else only the rules of evidence, so that each is seen to catch what it names.
  const observer = rules.includes(OBSERVER_RULE) ? NOTHING_REMEMBERED : undefined;
  const caught = result ?? (await judgeRecorded(broken, new Set(), observer));
  const verdict = `${caught.fullCode}: ${caught.detail}`;
  // Rules speak in one order, which is that of the list: the first gives the broken run a code of its own.
  const expected = code === "contradicted" ? failureCode({ code, rule: rules[0] }) : code;
  const own = code === "contradicted" ? caught.fullCode : caught.code;
  if (own !== expected) return { complaint: `expected ${expected}`, verdict };
  // Where a peer on the host is believed, the run ends there and then: what else is missing is by chance. Nor is such a run played again, so
  // that nobody can see what it would be without the rules.
  const hasPeer = broken.loaded.profile.node.some(({ guest }) => !guestKind(guest).hasNics);
  const unnamed = caught.failures.filter((failure) => !rules.some((rule) => isBy(rule, failure)));
  const [other] = unnamed;
  if (other !== undefined && !hasPeer)
    return { complaint: `caught by another rule too: ${other.code}: ${other.detail}`, verdict };
  const silent = rules.find((rule) => !caught.failures.some((failure) => isBy(rule, failure)));
  if (silent !== undefined) return { complaint: `rule ${silent} did not catch it`, verdict };
  if (hasPeer) return { complaint: undefined, verdict };
  const blind = await judgeRecorded(broken, new Set(rules));
  if (blind.passed) return { complaint: undefined, verdict };
  return { complaint: `still fails without its rules: ${blind.code}: ${blind.detail}`, verdict };
}

/** Evidence rules speak by their name; consoles and machines by their code. */
function isBy(rule: string, failure: RunResult["failures"][number]): boolean {
  return (failure.rule ?? failure.code) === rule;
}
