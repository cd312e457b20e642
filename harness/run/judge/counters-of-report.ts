import type { KernelCounters } from "../../evidence/scene/evidence-input.ts";
import type { InitReport } from "../../guests/init-report.ts";

/** Written last of a namespace. */
const OF_DEVICES = "dev.";

/**
 * @returns what the kernel of a node counted, by namespace. Of a report that broke off, because its machine was ended, say, a namespace that was
 * written in part is left out: what it lacks says nothing.
 */
export function countersOfReport(node: string, report: InitReport | undefined): KernelCounters[] {
  return [...(report?.counters ?? [])].flatMap(([namespace, values]) => {
    const isWhole = report?.complete === true || Object.keys(values).some((name) => name.startsWith(OF_DEVICES));
    return isWhole ? { node, namespace, values } : [];
  });
}
