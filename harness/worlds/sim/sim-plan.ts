/** From a profile to what the virtual world takes. Pure. */
import type { ProbeConfiguration, TransportMode } from "../../../contract/configuration.ts";
import type { LinkSpec } from "../../../contract/impairment/index.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { placeName } from "../../markers/ladder-spec.ts";
import { specOf } from "../../fabric/link-table.ts";
import { linkRulesOf } from "../../fabric/profile-links.ts";
import type { Manifest } from "../../markers/manifest.ts";
import { nicName } from "../../profiles/node-nics.ts";
import type { Profile, ProfileNode, ProfileProcess } from "../../profiles/schema.ts";

type ProfileSelftest = Extract<ProfileProcess, { kind: "selftest" }>;

/** A process of the profile: a host of its own there. */
export interface SimNodePlan {
  /** `NODE/KIND`. */
  readonly name: string;
  readonly mode: TransportMode;
  readonly udpSecEnabled: boolean;
  readonly entropy: { readonly kernelInitialised: boolean; readonly hardwareSource: string | undefined };
  readonly tests?: string;
  readonly dials?: string;
  readonly probes?: readonly ProbeConfiguration[];
}

export interface SimPlan {
  readonly name: string;
  readonly proves: string;
  readonly nodes: readonly SimNodePlan[];
  /** `there`: from hosts that dial. */
  readonly path: { readonly there: LinkSpec; readonly back: LinkSpec };
  readonly maxVirtualMs: number;
}

/** No wire is faster. */
const LEAST_DELAY_MS = 1;
/** A frame there begins with its IP header. */
const ETHERNET_HEADER_BYTES = 14;

/** @throws HarnessError `world-unsupported`: the profile doesn't say that it runs there */
export function simPlanOf(profile: Profile, manifest: Manifest): SimPlan {
  if (!profile.worlds.includes("sim")) {
    throw new HarnessError(
      "world-unsupported",
      `profile ${profile.name} runs in ${profile.worlds.join(", ")} only`,
      "udpsec list --json shows the worlds of each profile",
    );
  }
  const [action] = profile.action;
  if (action !== undefined)
    throw new HarnessError(
      "world-unsupported",
      `profile ${profile.name} has actions: ${action.kind}`,
      "nobody acts in virtual time",
    );
  return {
    ...{ name: profile.name, proves: profile.proves, maxVirtualMs: profile.timeout },
    nodes: profile.node.flatMap((node) => node.process.map((process) => nodePlan(profile, node, process))),
    path: pathOf(profile, manifest),
  };
}

function nodePlan(profile: Profile, node: ProfileNode, process: ProfileProcess): SimNodePlan {
  const plan = {
    name: `${node.name}/${process.kind}`,
    ...{ mode: process.mode, udpSecEnabled: process.udpSecEnabled },
    // Absent in JSON means none, as in the machine without the device.
    entropy: { kernelInitialised: true, hardwareSource: node.rng ? "virtio_rng.0" : undefined },
  };
  if (process.kind === "selftest") {
    const { bulkBytes, messages } = profile.workload;
    const probes = process.probes.map((name): ProbeConfiguration => ({ name, bytes: bulkBytes, messages }));
    return { ...plan, tests: `${process.target}/dsoftbusd`, probes };
  }
  const [dialled] = process.dials;
  return dialled === undefined ? plan : { ...plan, dials: `${dialled}/dsoftbusd` };
}

function pathOf(profile: Profile, manifest: Manifest): SimPlan["path"] {
  if (profile.network.kind !== "fabric") {
    return { there: { delayMs: LEAST_DELAY_MS }, back: { delayMs: LEAST_DELAY_MS } };
  }
  const [dial] = profile.node.flatMap((node) =>
    node.process.flatMap((one) => (one.kind === "selftest" ? dialOf(profile, node, one) : [])),
  );
  const texts = new Map(
    profile.node.flatMap(({ name, rung }) =>
      rung.map(({ marker }) => [placeName({ node: name, marker }), manifest.get(marker)?.text ?? marker] as const),
    ),
  );
  const rules = linkRulesOf(profile.network.link);
  const along = (from: string, to: string): LinkSpec => ({
    delayMs: LEAST_DELAY_MS,
    ...translate(specOf(rules, from, to), texts),
  });
  if (dial === undefined) return { there: { delayMs: LEAST_DELAY_MS }, back: { delayMs: LEAST_DELAY_MS } };
  return { there: along(dial.from, dial.to), back: along(dial.to, dial.from) };
}

/** @returns the NICs between which a self-test's sessions go */
function dialOf(profile: Profile, node: ProfileNode, { namespace, target }: ProfileSelftest) {
  const dialled = profile.node.find(({ name }) => name === target);
  const daemon = dialled?.process.find(({ kind }) => kind === "dsoftbusd");
  if (dialled === undefined || daemon === undefined) return [];
  return [{ from: nicName(profile, node, namespace), to: nicName(profile, dialled, daemon.namespace) }];
}

/** The virtual world triggers by a marker's text, and its frames have no Ethernet header. */
function translate(spec: LinkSpec, texts: ReadonlyMap<string, string>): LinkSpec {
  const faults = (spec.faults ?? []).map((fault) => {
    const { during } = fault;
    const sized = fault.kind === "size-limit" ? { ...fault, maxBytes: fault.maxBytes - ETHERNET_HEADER_BYTES } : fault;
    if (during?.trigger === undefined) return sized;
    return { ...sized, during: { ...during, trigger: texts.get(during.trigger) ?? during.trigger } };
  });
  return { ...spec, faults };
}
