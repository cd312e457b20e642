/** From the faults of a profile's `[network]` to the links of the fabric. Pure. */
import type { Fault, FaultWindow, FrameMatch, LinkSpec } from "../../contract/impairment/index.ts";
import type { NetworkProfile } from "../profiles/network-schema.ts";
import type { LinkRule } from "./link-table.ts";

type ProfileLink = Extract<NetworkProfile, { kind: "fabric" }>["link"][number];
type ProfileFault = ProfileLink["faults"][number];
type ProfileMatch = NonNullable<Extract<ProfileFault, { kind: "drop" }>["match"]>;

/** What a run calls `Fabric.trigger` with when `node` has printed `marker`. */
export function triggerName(node: string, marker: string): string {
  return `${node}/${marker}`;
}

/**
 * `delay` and `rate` shape the whole directed link (delays add up, the last rate counts); the other faults stay in the order of
 * the profile. Several links of one pair are one link with all their faults.
 */
export function linkRulesOf(links: readonly ProfileLink[]): LinkRule[] {
  const pairs = new Map<string, { readonly from: string; readonly to: string; readonly faults: ProfileFault[] }>();
  const add = (from: string, to: string, faults: readonly ProfileFault[]): void => {
    const pair = pairs.get(`${from}>${to}`) ?? { from, to, faults: [] };
    pair.faults.push(...faults);
    pairs.set(`${from}>${to}`, pair);
  };
  for (const { from, to, bothWays, faults } of links) {
    add(from, to, faults);
    if (bothWays) add(to, from, faults);
  }
  return [...pairs.values()].map(({ from, to, faults }) => ({ from, to, spec: specOf(faults) }));
}

function specOf(faults: readonly ProfileFault[]): LinkSpec {
  const spec: { -readonly [Key in keyof LinkSpec]: LinkSpec[Key] } = {};
  const others: Fault[] = [];
  for (const fault of faults) {
    if (fault.kind === "delay") {
      spec.delayMs = (spec.delayMs ?? 0) + fault.delay;
      if (fault.jitter !== undefined) spec.jitterMs = (spec.jitterMs ?? 0) + fault.jitter;
    } else if (fault.kind === "rate") {
      spec.rateMbps = fault.mbps;
      spec.queueBytes = fault.queueBytes;
    } else {
      others.push(...faultsOf(fault));
    }
  }
  return others.length === 0 ? spec : { ...spec, faults: others };
}

function faultsOf(fault: Exclude<ProfileFault, { kind: "delay" | "rate" }>): Fault[] {
  const base = fault.match === undefined ? {} : { match: matchOf(fault.match) };
  switch (fault.kind) {
    case "drop":
      return dropsOf(fault, base);
    case "duplicate":
      return [{ kind: "duplicate", chance: fault.probability, ...base }];
    case "reorder":
      return [{ kind: "reorder", chance: fault.probability, laterMs: fault.delay, ...base }];
    case "corrupt":
      return [{ kind: "corrupt", chance: fault.probability, ...base }];
    case "size-limit":
      return [{ kind: "size-limit", maxBytes: fault.maxBytes, ...base }];
    case "blackhole":
      return [{ kind: "blackhole", during: windowOf(fault), ...base }];
  }
}

/** Neither a probability nor indexes: everything that matches is lost. Profiles count frames from 0, the model from 1. */
function dropsOf(fault: Extract<ProfileFault, { kind: "drop" }>, base: { readonly match?: FrameMatch }): Fault[] {
  const drops: Fault[] = [];
  if (fault.nth !== undefined) drops.push({ kind: "drop-nth", nth: fault.nth.map((index) => index + 1), ...base });
  if (fault.probability === undefined) return drops.length > 0 ? drops : [{ kind: "blackhole", ...base }];
  if (fault.burst === undefined) return [...drops, { kind: "drop", chance: fault.probability, ...base }];
  return [...drops, { kind: "drop-burst", chance: fault.probability, length: fault.burst, ...base }];
}

function windowOf({ after, start = 0, length }: Extract<ProfileFault, { kind: "blackhole" }>): FaultWindow {
  const fromMs = start + (after?.delay ?? 0);
  const window = { fromMs, untilMs: fromMs + length };
  return after === undefined ? window : { trigger: triggerName(after.node, after.marker), ...window };
}

function matchOf({ protocol, port, minBytes, maxBytes, packetType }: ProfileMatch): FrameMatch {
  return {
    ...(protocol === undefined ? {} : { protocol }),
    ...(port === undefined ? {} : { ports: [port] }),
    ...(minBytes === undefined ? {} : { minBytes }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(packetType === undefined ? {} : { packetTypes: [packetType] }),
  };
}
