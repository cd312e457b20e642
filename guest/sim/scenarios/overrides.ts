/** A scenario with other numbers than its own: what the command line can change. */
import type { Fault, LinkSpec } from "../../../contract/impairment/link-spec.ts";
import type { PathPlan, Scenario } from "../plan/scenario.ts";

export interface Overrides {
  /** 0 to 1, both directions; takes the place of the scenario's own random loss. */
  readonly loss?: number | undefined;
  /** One way. */
  readonly delayMs?: number | undefined;
  readonly rateMbps?: number | undefined;
  /** What each dial sends. */
  readonly bytes?: number | undefined;
}

export function withOverrides(scenario: Scenario, overrides: Overrides): Scenario {
  const { bytes } = overrides;
  const nodes = scenario.nodes.map((node) => ({
    ...node,
    ...(node.path === undefined ? {} : { path: overridePath(node.path, overrides) }),
    ...(bytes === undefined || node.dials === undefined
      ? {}
      : { dials: node.dials.map((dial) => ({ ...dial, sendBytes: bytes })) }),
  }));
  const { expect, ...rest } = scenario;
  const { loss, delayMs, rateMbps } = overrides;
  const isOtherPath = loss !== undefined || delayMs !== undefined || rateMbps !== undefined;
  const isAsked = expect !== undefined && !(isOtherPath && scenario.expectsOwnPath === true);
  return { ...rest, ...(isAsked ? { expect } : {}), nodes, path: overridePath(scenario.path, overrides) };
}

export function overridePath(path: PathPlan, overrides: Overrides): PathPlan {
  return { there: overrideLink(path.there ?? {}, overrides), back: overrideLink(path.back ?? {}, overrides) };
}

function overrideLink(link: LinkSpec, { loss, delayMs, rateMbps }: Overrides): LinkSpec {
  return {
    ...link,
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(rateMbps === undefined ? {} : { rateMbps }),
    ...(loss === undefined ? {} : { faults: withLoss(link.faults ?? [], loss) }),
  };
}

function withLoss(faults: readonly Fault[], loss: number): Fault[] {
  const others = faults.filter((fault) => fault.kind !== "drop");
  return loss === 0 ? others : [{ kind: "drop", chance: loss }, ...others];
}
