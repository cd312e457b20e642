import { suggestion } from "../../contract/nearest-name.ts";
import { actionLinks } from "./action-links.ts";
import { guestKind } from "../guests/registry.ts";
import { gatewayOf, networkOfNic, nicNamespaces } from "./node-nics.ts";
import type { Report } from "./profile-issue.ts";
import type { Profile, ProfileNode } from "./schema.ts";

type ProfileLink = Extract<Profile["network"], { kind: "fabric" }>["link"][number];

/** Networks that fit the machines, and links that have both their ends. */
export function checkNetwork(profile: Profile, report: Report): void {
  const machines = profile.node.filter(({ guest }) => guestKind(guest).hasNics);
  const hosts = profile.node.length - machines.length;
  const { kind } = profile.network;
  const complain = (text: string): void => report(["network", "kind"], text);
  if (kind === "none" && profile.node.some((node) => node.process.length > 0))
    complain("processes of ours need a network");
  if (kind === "hub" && (machines.length !== 1 || hosts !== 0)) complain("hub needs exactly one VM");
  if (kind === "user" && (machines.length !== 1 || hosts === 0))
    complain("user needs one VM and at least one node on the host");
  if (kind === "vm-to-vm" && (machines.length !== 2 || hosts !== 0)) complain("vm-to-vm needs exactly two VMs");
  if (kind === "fabric" && (nicsOf(profile).length < 2 || hosts !== 0))
    complain('fabric needs two NICs of VMs or more: two VMs, or one with a process in namespace "second"');
  checkNamespaces(profile, report);
  checkLinks(profile, report);
}

function checkNamespaces(profile: Profile, report: Report): void {
  const { kind } = profile.network;
  profile.node.forEach((node, index) => {
    const hasRoot = node.process.some(({ namespace }) => namespace === "root");
    node.process.forEach(({ namespace }, at) => {
      const path = ["node", index, "process", at];
      if (namespace === "root" || kind === "hub") return;
      if (kind !== "fabric")
        report(path, 'namespace "second" exists only on the hub and the fabric: say namespace = "root"');
      // A self-test lives there unless it is told: alone in its machine it would leave the first NIC to nobody.
      else if (!hasRoot) report(path, `nobody is in namespace "root" of node ${node.name}: say namespace = "root"`);
    });
  });
}

function checkLinks(profile: Profile, report: Report): void {
  if (profile.network.kind !== "fabric") return;
  const written = new Map<string, string>();
  const links = [
    ...profile.network.link.map((link, index) => ({ link, path: ["network", "link", index] })),
    ...actionLinks(profile).map(({ action, ...link }) => ({
      link: { ...link, bothWays: false },
      path: ["action", action],
    })),
  ];
  links.forEach(({ link, path }) => {
    const isKnown = [
      checkEnd(profile, link.from, [...path, "from"], report),
      checkEnd(profile, link.to, [...path, "to"], report),
    ];
    if (isKnown.includes(false)) return;
    if (link.from === link.to) return report(path, `${link.from} is both ends: name two NICs, such as a.0 and a.1`);
    if (pairsBetween(profile, link.from, link.to).length === 0)
      return report(path, `${link.from} and ${link.to} are in different networks: name a leg of the gateway`);
    for (const [from, to] of waysOf(link)) {
      for (const pair of pairsBetween(profile, from, to)) {
        const other = written.get(pair);
        // Of links written in different words the last one would count, and the faults of the other be forgotten.
        if (other !== undefined && other !== `${from} to ${to}`)
          return report(
            path,
            `the way from ${from} to ${to} is part of a link from ${other}: write both in the same words`,
          );
        written.set(pair, `${from} to ${to}`);
      }
    }
  });
}

function checkEnd({ node, network }: Profile, end: string, path: readonly PropertyKey[], report: Report): boolean {
  const [name = "", nic] = end.split(".");
  const names = node.map((one) => one.name);
  const found = node.find((one) => one.name === name);
  if (gatewayOf({ network })?.name === name) return true;
  if (found === undefined) report(path, `no node ${name}${suggestion(name, names)}`);
  else if (nic !== undefined && Number(nic) >= nicNamespaces({ network }, found).length)
    report(path, `node ${name} has no NIC ${nic}: the second one is that of its processes in namespace "second"`);
  else return true;
  return false;
}

function waysOf({ from, to, bothWays }: Pick<ProfileLink, "from" | "to" | "bothWays">): [string, string][] {
  return bothWays
    ? [
        [from, to],
        [to, from],
      ]
    : [[from, to]];
}

function pairsBetween(profile: Profile, from: string, to: string): string[] {
  const all = [...nicsOf(profile), ...legsOf(profile)];
  const at = (end: string): PluggedNic[] => all.filter(({ name }) => name === end || name.startsWith(`${end}.`));
  return at(from).flatMap((left) =>
    at(to)
      .filter((right) => right.name !== left.name && right.network === left.network)
      .map((right) => `${left.name}>${right.name}`),
  );
}

/** What a link may lead to: a NIC, and the network that it is plugged into. */
interface PluggedNic {
  readonly name: string;
  readonly network: string;
}

function nicsOf(profile: Profile): PluggedNic[] {
  const nics = (node: ProfileNode): PluggedNic[] =>
    nicNamespaces(profile, node).map((_, at) => ({
      name: `${node.name}.${at}`,
      network: networkOfNic(profile, node, at),
    }));
  return profile.node.filter(({ guest }) => guestKind(guest).hasNics).flatMap(nics);
}

function legsOf(profile: Profile): PluggedNic[] {
  const gateway = gatewayOf(profile);
  if (gateway === undefined) return [];
  return [gateway.inside, gateway.outside].map((leg, at) => ({ name: `${gateway.name}.${at}`, network: leg }));
}
