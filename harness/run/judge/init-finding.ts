/**
 * What init's report says of a machine that powered itself off: init is ours and comes last, so it has written all of it. A machine that ends
 * before that has hidden what its kernel counted.
 */
import { readFile } from "node:fs/promises";
import { INIT_REPORT_RULE } from "../../evidence/rules/rule-texts.ts";
import type { EvidenceFinding } from "../../evidence/findings/evidence-finding.ts";
import { controlProblem } from "../../guests/control-line.ts";
import { type InitReport, InitReportError } from "../../guests/init-report.ts";
import type { RungState } from "../../markers/ladder-spec.ts";
import { ordersTo } from "../../profiles/orders.ts";
import type { Profile } from "../../profiles/schema.ts";
import type { NodeNeeds } from "../../topology/plan.ts";
import type { FinishedNode } from "../../worlds/live/finished-run.ts";
import { socketProblem } from "./socket-samples.ts";

const NAMESPACES = ["root", "second"] as const;

/** @returns one finding for all machines; `unavailable` if none of them powered itself off */
export async function initFinding(
  nodes: readonly FinishedNode[],
  profile: Pick<Profile, "action">,
  rungs: readonly Pick<RungState, "node" | "marker" | "reachedMs">[],
): Promise<EvidenceFinding> {
  const found = (finding: EvidenceFinding["finding"], saw: string): EvidenceFinding => {
    return { rule: INIT_REPORT_RULE, marker: undefined, finding, saw };
  };
  const whole: string[] = [];
  for (const { name, exit, files, planned } of nodes) {
    const { readInitReport } = planned.plan.kind;
    if (readInitReport === undefined || files === undefined || exit?.kind !== "guest-shutdown") continue;
    const text = await readFile(files.initLogPath, "utf8").catch(() => "");
    const reached = rungs.filter(({ node, reachedMs }) => node === name && reachedMs !== undefined);
    const printed = new Set(reached.map(({ marker }) => marker));
    const problem = problemOf(text, readInitReport, planned.plan, ordersTo(profile, name), printed);
    if (problem !== undefined) return found("contradicted", `${name}: ${problem}`);
    whole.push(name);
  }
  if (whole.length === 0) return found("unavailable", "no machine with an init of ours powered itself off");
  return found("confirmed", `${whole.join(", ")}: init reported to its end, and nothing against the processes`);
}

/** @returns what doesn't fit to a machine whose processes did what they were planned to do */
export function problemOf(
  text: string,
  read: (text: string) => InitReport,
  { node, addresses, kind }: Pick<NodeNeeds, "node" | "addresses" | "kind">,
  orders: readonly string[] = [],
  printed: ReadonlySet<string> = new Set(),
): string | undefined {
  let report: InitReport;
  try {
    report = read(text);
  } catch (error) {
    if (error instanceof InitReportError) return error.message;
    throw error;
  }
  const { complete, facts, counters, samples } = report;
  if (!complete) return "powered itself off, and init's report has no end";
  const isCounted = kind.can.has("counters");
  const uncounted = NAMESPACES.find(
    (space) => isCounted && addresses.hosts[space] !== undefined && !counters.has(space),
  );
  if (uncounted !== undefined) return `no counters of namespace ${uncounted}`;
  const status = facts.get("agent_status");
  if (status !== "0") return `processes ended with status ${status ?? "unknown"}`;
  const apart = facts.get("processes_apart");
  if (apart !== String(node.processes.length))
    return `${apart ?? "none"} of ${node.processes.length} processes were found apart from the others`;
  const source = facts.get("rng_current") ?? "unknown";
  if (source.startsWith("virtio_rng") !== node.hasRng)
    return `the kernel's source of randomness is ${source}, ${node.hasRng ? "with" : "without"} the device`;
  return controlProblem(orders, facts) ?? socketProblem(samples, node, printed);
}
