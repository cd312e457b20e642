import { suggestion } from "../../../contract/nearest-name.ts";
import { guestKind, isGuestKindName } from "../../guests/registry.ts";
import { unfitFault } from "../../profiles/action-links.ts";
import type { ProfileAction } from "../../profiles/action-schema.ts";
import { checkCapabilities } from "../../profiles/check-capabilities.ts";
import { remembers } from "../../profiles/check-actions.ts";
import { checkBooted } from "../../profiles/check-profile.ts";
import { loadMarkers, type LoadedProfile } from "../../profiles/load.ts";
import { Manifest, type MarkerEntry } from "../../markers/manifest.ts";
import { isRule, unknownRule } from "../../profiles/rule-names.ts";
import { profileSchema } from "../../profiles/schema.ts";
import { withGuests } from "../../profiles/written-guests.ts";
import { HarnessError } from "../../host/harness-error.ts";
import { LabError } from "./lab-error.ts";
import { unknownWords } from "./unknown-words.ts";
import type { LabLink, LabNodeOptions, LabProcess, LabTopology } from "./topology.ts";

const HINT = "docs/lab.md shows a topology";

/** A topology, ready to be opened. */
export interface DeclaredRun {
  /** Without a rung: what must happen, the test says. Its actions grow with what the test does. */
  readonly loaded: LoadedProfile;
  /** The profile's own list. */
  readonly actions: ProfileAction[];
  /** Where those that have a name stand in it. */
  readonly named: ReadonlyMap<string, number>;
}

/**
 * What is booted and judged is a profile, whoever wrote it: all that is checked of a profile is checked here.
 *
 * @throws LabError `lab-topology`; HarnessError `profile-invalid` with file and line, where a guest's file is wrong
 */
export function profileOfTopology(topology: LabTopology, defaultName: string): DeclaredRun {
  const issues = unknownWords(topology);
  const complain = (path: readonly PropertyKey[], message: string): void =>
    void issues.push(`${pathInTopology(topology, path)}: ${message}`);
  const read = profileSchema.safeParse(written(topology, defaultName, complain));
  if (!read.success) for (const { path, message } of read.error.issues) complain(path, message);
  if (!read.success || issues.length > 0) throw wrong(issues);
  const { profile, issues: ofGuests } = withGuests(read.data, topology.folder ?? process.cwd());
  for (const { path, message } of ofGuests) complain(path, message);
  checkBooted(profile, complain);
  checkCapabilities(profile, complain);
  for (const action of profile.action) {
    const unfit = action.kind === "partition" || action.kind === "faults" ? unfitFault(action) : undefined;
    if (unfit !== undefined) complain(["actions"], `${unfit} can't be set by an action: it has its place in a link`);
  }
  if (profile.action.some(({ kind }) => kind === "forget") && !remembers(profile))
    complain(["actions"], "nobody forgets: there is no gateway with a memory");
  if (profile.action.length > 0 && profile.network.kind !== "fabric")
    complain(["actions"], "only links of a network of kind fabric can be changed");
  const manifest = manifestOf(topology, complain);
  if (issues.length > 0 || manifest === undefined) throw wrong(issues);
  const actions = [...profile.action];
  const named = new Map(Object.keys(topology.actions ?? {}).map((name, at) => [name, at]));
  return { loaded: { profile: { ...profile, action: actions, evidence: [] }, manifest }, actions, named };
}

/** @param path in the profile that the topology becomes @returns it as the topology has it */
function pathInTopology(topology: LabTopology, [first, ...rest]: readonly PropertyKey[]): string {
  const { networks = {}, actions = {}, nodes } = topology;
  const names = Object.keys(networks);
  const [index, ...more] = rest;
  const named = (places: object): readonly PropertyKey[] => [
    ...(typeof index === "number" ? [Object.keys(places)[index] ?? index] : rest.slice(0, 1)),
    ...more,
  ];
  const pathOf = (): readonly PropertyKey[] => {
    switch (first) {
      case "node":
        return ["nodes", ...named(nodes)];
      case "action":
        return ["actions", ...named(actions)];
      case "network":
        if (index === "gateway") return rest;
        // Links of several networks stand in one list.
        return [
          "networks",
          ...(names.length > 1 ? [] : names),
          ...rest.map((step) => (step === "link" ? "links" : step)),
        ];
      default:
        return [...(first === undefined ? [] : [first]), ...rest];
    }
  };
  return pathOf().map(String).join(".");
}

function wrong(issues: readonly string[]): LabError {
  return new LabError("lab-topology", `the topology makes no sense\n${issues.join("\n")}`, HINT);
}

type Complain = (path: readonly PropertyKey[], message: string) => void;

function written(topology: LabTopology, defaultName: string, complain: Complain): unknown {
  const nodes = Object.entries(topology.nodes);
  const tables = nodes.flatMap(([name, { guest }]) => (typeof guest === "object" ? [[`of-${name}`, guest]] : []));
  return {
    name: topology.name ?? defaultName,
    proves: "what the body of a test says",
    timeout: "1h",
    // None of them is the topology's to say, and a profile must name one.
    evidence: ["machine-ending"],
    ...(topology.keyLog === undefined ? {} : { keyLog: topology.keyLog }),
    ...(topology.qlog === undefined ? {} : { qlog: topology.qlog }),
    ...(topology.workload === undefined ? {} : { workload: topology.workload }),
    network: writtenNetwork(topology, complain),
    guest: Object.fromEntries(tables) as unknown,
    node: nodes.map(([name, options]) => writtenNode(name, options, topology, complain)),
    action: Object.entries(topology.actions ?? {}).map(([id, action]) =>
      action.kind === "forget" ? action : { id, ...action },
    ),
  };
}

function writtenNetwork({ networks = {}, gateway }: LabTopology, complain: Complain): unknown {
  const names = Object.keys(networks);
  const all = Object.values(networks);
  const [first] = all;
  if (first === undefined) return { kind: "none" };
  if (all.some(({ kind }) => kind !== "fabric")) {
    if (all.length > 1) complain(["networks"], "of several networks each is of kind fabric");
    if (gateway !== undefined) complain(["gateway"], "a gateway stands between two networks of kind fabric");
    return first;
  }
  const link = all.flatMap((network) => (network.kind === "fabric" ? (network.links ?? []) : [])).map(writtenLink);
  return {
    kind: "fabric",
    ...(names.length > 1 ? { names } : {}),
    ...(gateway === undefined ? {} : { gateway }),
    link,
  };
}

function writtenLink(link: LabLink): unknown {
  if (!("between" in link)) return link;
  const [from, to] = link.between;
  return { from, to, bothWays: true, faults: link.faults };
}

function writtenNode(name: string, options: LabNodeOptions, topology: LabTopology, complain: Complain): unknown {
  const { guest, nics, process = [], ...asTheyAre } = options;
  const networks = Object.keys(topology.networks ?? {});
  for (const nic of nics ?? [])
    if (!networks.includes(nic)) complain(["nodes", name, "nics"], `no network ${nic}${suggestion(nic, networks)}`);
  if (nics?.length === 0 && networks.length > 0)
    complain(["nodes", name, "nics"], "every node is plugged into some network");
  return {
    name,
    ...asTheyAre,
    ...(nics === undefined || networks.length < 2 ? {} : { networks: nics }),
    ...(guest === undefined ? {} : { guest: typeof guest === "string" ? guest : `of-${name}` }),
    process: process.map((one) => ({ mode: "auto", namespace: namespaceOf(name, one), ...entropyOf(guest), ...one })),
  };
}

/** A process of the host has no device of its own for it: the host's kernel vouches for its randomness. */
function entropyOf(guest: LabNodeOptions["guest"]): { readonly entropyPolicy?: "kernel" } {
  const isOnHost = typeof guest === "string" && isGuestKindName(guest) && guestKind(guest).runsOn === "host";
  return isOnHost ? { entropyPolicy: "kernel" } : {};
}

/** A machine that tests itself does so between its two namespaces. */
function namespaceOf(node: string, process: LabProcess): "root" | "second" {
  return process.kind === "selftest" && process.target === node ? "second" : "root";
}

function manifestOf({ markers = [] }: LabTopology, complain: Complain): Manifest | undefined {
  const own = markers.map(({ id, text, evidence = [], process = "a guest" }, at): MarkerEntry => {
    for (const rule of evidence) if (!isRule(rule)) complain(["markers", at, "evidence"], unknownRule(rule));
    return { id, text, evidence: [...evidence], process, proves: "what the test says" };
  });
  try {
    return new Manifest([...loadMarkers(), ...own]);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    complain(["markers"], error.message);
    return undefined;
  }
}

/** @returns a test's name as the name of a profile: folders of artifacts bear it */
export function profileNameOf(testName: string): string {
  const words = testName.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `lab-${words.replace(/^-+/, "")}`.slice(0, 40).replace(/-+$/, "");
}
