import { checkFault } from "./fault-kinds.ts";
import { LinkSpecError } from "./link-spec-error.ts";
import type { FaultWindow, LinkSpec } from "./link-spec.ts";

/** @throws LinkSpecError naming the field, its value and what is allowed */
export function checkLinkSpec(spec: LinkSpec): void {
  atLeast("delayMs", spec.delayMs, 0);
  atLeast("jitterMs", spec.jitterMs, 0);
  if (spec.rateMbps !== undefined && !(spec.rateMbps > 0))
    throw new LinkSpecError("rateMbps", spec.rateMbps, "above 0");
  atLeast("queueBytes", spec.queueBytes, 1);
  for (const [index, fault] of (spec.faults ?? []).entries()) {
    checkFault(fault, `faults[${index}]`);
    checkWindow(fault.during, `faults[${index}].during`);
  }
}

function checkWindow(window: FaultWindow | undefined, where: string): void {
  const { fromMs = 0, untilMs = Infinity } = window ?? {};
  if (!(untilMs > fromMs)) throw new LinkSpecError(where, untilMs, `untilMs after fromMs (${fromMs})`);
}

function atLeast(field: string, value: number | undefined, least: number): void {
  if (value !== undefined && !(value >= least)) throw new LinkSpecError(field, value, `at least ${least}`);
}
