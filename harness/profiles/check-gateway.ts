import { suggestion } from "../../contract/nearest-name.ts";
import { guestKind } from "../guests/registry.ts";
import { gatewayOf, networkNames, networkOfNic, nicNamespaces } from "./node-nics.ts";
import type { Report } from "./profile-issue.ts";
import type { Profile, ProfileNode } from "./schema.ts";

/** Networks by name: each NIC is in one that is there, and who talks to another network has a gateway to it. */
export function checkGateway(profile: Profile, report: Report): void {
  const { network } = profile;
  if (network.kind !== "fabric") return checkUnnamed(profile, report);
  const names = networkNames(profile);
  names.forEach((name, at) => {
    if (names.indexOf(name) !== at) report(["network", "names", at], `network ${name} is there twice`);
  });
  checkLegs(profile, report);
  profile.node.forEach((node, index) => checkNode(profile, node, ["node", index], report));
}

function checkUnnamed({ node, network }: Profile, report: Report): void {
  node.forEach(({ networks }, index) => {
    if (networks !== undefined)
      report(["node", index, "networks"], `only a fabric has networks by name: network.kind is ${network.kind}`);
  });
}

function checkLegs(profile: Profile, report: Report): void {
  const gateway = gatewayOf(profile);
  if (gateway === undefined) return;
  const names = networkNames(profile);
  const isNamed = profile.network.kind === "fabric" && profile.network.names !== undefined;
  const taken = new Set(
    profile.node.flatMap((node) => nicNamespaces(profile, node).map((_, nic) => networkOfNic(profile, node, nic))),
  );
  for (const leg of ["inside", "outside"] as const) {
    const complain = (message: string): void => report(["network", "gateway", leg], message);
    if (!isNamed) complain("the networks have no names: say network.names");
    else if (!names.includes(gateway[leg])) complain(`no network ${gateway[leg]}${suggestion(gateway[leg], names)}`);
    else if (!taken.has(gateway[leg])) complain(`nobody is in network ${gateway[leg]}: say so in networks of a node`);
  }
  if (gateway.inside === gateway.outside)
    report(["network", "gateway", "outside"], "both legs are in one network: a gateway joins two");
  if (profile.node.some(({ name }) => name === gateway.name))
    report(["network", "gateway", "name"], `a node is called ${gateway.name} too`);
  if (profile.worlds.includes("sim")) report(["worlds"], "virtual time knows no gateway");
}

function checkNode(profile: Profile, node: ProfileNode, path: readonly PropertyKey[], report: Report): void {
  const names = networkNames(profile);
  const nics = nicNamespaces(profile, node);
  const { networks = [] } = node;
  networks.forEach((name, at) => {
    if (!names.includes(name)) report([...path, "networks", at], `no network ${name}${suggestion(name, names)}`);
  });
  if (networks.length > nics.length)
    report(
      [...path, "networks"],
      `node ${node.name} has one NIC: the second one is that of its processes in namespace "second"`,
    );
  node.process.forEach((process, at) => {
    const targets = process.kind === "selftest" ? [process.target] : process.dials;
    const from = networkOfNic(profile, node, nics.indexOf(process.namespace));
    for (const target of targets) {
      const to = networkOfDaemon(profile, target);
      if (to !== undefined && to !== from && !isJoined(profile, from, to))
        report([...path, "process", at], `no gateway leads from network ${from} to ${to}, where ${target} is`);
    }
  });
}

function networkOfDaemon(profile: Profile, name: string): string | undefined {
  const node = profile.node.find((one) => one.name === name && guestKind(one.guest).hasNics);
  const daemon = node?.process.find(({ kind }) => kind === "dsoftbusd");
  if (node === undefined || daemon === undefined) return undefined;
  return networkOfNic(profile, node, nicNamespaces(profile, node).indexOf(daemon.namespace));
}

function isJoined(profile: Profile, from: string, to: string): boolean {
  const gateway = gatewayOf(profile);
  return gateway !== undefined && [gateway.inside, gateway.outside].every((leg) => leg === from || leg === to);
}
