/** Whether the network decided the same in runs of one seed, by their logs. */
import { isLinkDecision, type LoggedDecision } from "../fabric/decision-log.ts";

export interface DecidedRun {
  readonly exitCode: number | undefined;
  readonly decisions: readonly LoggedDecision[];
}

/** @returns what speaks against it, run by run; a run that failed, or that shares no decision with the first, shows nothing */
export function decisionProblems(runs: readonly DecidedRun[]): string[] {
  if (runs.length < 2) return [`${runs.length} runs: there is nothing to compare`];
  const [first] = runs;
  return runs.flatMap(({ exitCode, decisions }, index) => {
    const name = `run ${index + 1}`;
    const ended = exitCode === 0 ? [] : [`${name}: exit status ${exitCode ?? "none"}`];
    if (decisions.length === 0) return [...ended, `${name}: no decision was logged`];
    if (index === 0) return ended;
    const { compared, differing } = compareLogs(first?.decisions ?? [], decisions);
    if (compared === 0) return [...ended, `${name}: no decision that the first run logged too`];
    return [...ended, ...differing.map((found) => `${name}: ${found}`)];
  });
}

/** Beyond the last decision that both logged of a flow nothing can be said: one of the runs sent less. */
function compareLogs(left: readonly LoggedDecision[], right: readonly LoggedDecision[]) {
  const [mine, theirs] = [byFlow(left), byFlow(right)];
  let compared = 0;
  const differing = [...mine].flatMap(([flow, decisions]) => {
    const others = theirs.get(flow) ?? new Map<number, string>();
    const end = Math.min(Math.max(-1, ...decisions.keys()), Math.max(-1, ...others.keys()));
    const indexes = [...new Set([...decisions.keys(), ...others.keys()])].filter((index) => index <= end);
    compared += indexes.length;
    return indexes
      .filter((index) => decisions.get(index) !== others.get(index))
      .map((index) => `${flow} #${index}: ${decisions.get(index) ?? "none"} against ${others.get(index) ?? "none"}`);
  });
  return { compared, differing };
}

function byFlow(log: readonly LoggedDecision[]): Map<string, Map<number, string>> {
  const flows = new Map<string, Map<number, string>>();
  for (const record of log) {
    const { name, index, what } = comparable(record) ?? {};
    if (name === undefined || index === undefined) continue;
    const decisions = flows.get(name) ?? new Map<number, string>();
    flows.set(name, decisions.set(index, what ?? "none"));
  }
  return flows;
}

/** Of a gateway which port it gave to a host's next mapping: when one ended is a matter of time. */
function comparable(record: LoggedDecision) {
  if (isLinkDecision(record))
    return { name: `${record.link} ${record.flow}`, index: record.index, what: record.reason };
  const { gateway, mapping, event, inside, outside } = record;
  if (event !== "mapped") return undefined;
  const [host = mapping, number] = mapping.split(" #");
  // A host's own port is its kernel's choice.
  const what = outside === inside ? "mapped" : `mapped to ${outside}`;
  return { name: `${gateway} ${host}`, index: Number(number), what };
}
