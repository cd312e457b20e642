/** A sabotage must be caught with its code by its rules, and only by them: without them the same run turns green. */
import type { RunResult } from "../run/run-result.ts";
import { judgeRecorded } from "./judge-recorded.ts";
import type { RecordedRun } from "./recording.ts";
import type { Sabotage } from "./sabotage.ts";

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
  const caught = result ?? (await judgeRecorded(broken));
  const verdict = `${caught.code}: ${caught.detail}`;
  if (caught.code !== code) return { complaint: `expected ${code}`, verdict };
  const unnamed = caught.failures.filter((failure) => !rules.some((rule) => isBy(rule, failure)));
  const [other] = unnamed;
  if (other !== undefined) return { complaint: `caught by another rule too: ${other.code}: ${other.detail}`, verdict };
  const silent = rules.find((rule) => !caught.failures.some((failure) => isBy(rule, failure)));
  if (silent !== undefined) return { complaint: `rule ${silent} did not catch it`, verdict };
  const blind = await judgeRecorded(broken, new Set(rules));
  if (blind.passed) return { complaint: undefined, verdict };
  return { complaint: `still fails without its rules: ${blind.code}: ${blind.detail}`, verdict };
}

/** Evidence rules speak by their name at the start of the detail; consoles and machines by their code. */
function isBy(rule: string, failure: RunResult["failures"][number]): boolean {
  if (failure.code === "contradicted") return failure.detail.startsWith(`${rule}: `);
  return failure.code === rule || failure.detail.includes(`rule ${rule} `);
}
