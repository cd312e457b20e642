import { addressesOf } from "../../topology/addressing.ts";
import type { NodeNeeds, Plan } from "../../topology/plan.ts";
import { aliasOf, identityOf, residentsOf, type Resident } from "../../topology/residents.ts";

export const PLAN_FILE = "plan.json";
/** Goes up when a field changes its meaning or goes away. */
const PLAN_VERSION = 1;

/** @returns who was to be where, with which public identity: what a run is held against when it is judged again */
export function formatPlan(plan: Plan): string {
  const { topology, seed, nonce } = plan;
  const residents = residentsOf(topology);
  const describe = (needs: NodeNeeds) => ({
    name: needs.node.name,
    guest: needs.kind.name,
    macs: needs.addresses.macs,
    processes: residents.filter(({ node }) => node === needs.node).map((resident) => describeResident(plan, resident)),
  });
  const { networks, workload, name } = topology;
  const file = { version: PLAN_VERSION, name, seed, nonce, networks, workload, nodes: plan.nodes.map(describe) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** What `udpsec judge --plan` takes (docs/judging.md). */
export const JUDGE_PLAN_FILE = "judge.json";

/** @returns who may talk to whom, for somebody who only has the captures and the secrets of the run */
export function formatJudgePlan({ topology, nonce }: Plan): string {
  const residents = residentsOf(topology).map((resident) => ({ resident, ...identityOf(resident, nonce) }));
  const letsAnybodyIn = residents.some(
    ({ resident: { process } }) => process.kind === "dsoftbusd" && process.allowUnknownPeers,
  );
  const devices = residents.map(({ resident, deviceId, staticKey }) => ({
    name: resident.name,
    deviceId,
    staticKey,
    accepts: residents.map((other) => other.deviceId).filter((other) => other !== deviceId),
  }));
  const agreed = { stream: "mux", congestion: "new-reno" };
  return `${JSON.stringify(letsAnybodyIn ? agreed : { devices, ...agreed }, null, 2)}\n`;
}

function describeResident({ topology, nonce }: Plan, resident: Resident) {
  const { deviceId, staticKey } = identityOf(resident, nonce);
  const { process, node, name } = resident;
  const host = addressesOf(topology, node).hosts[process.namespace];
  const { kind, mode, udpSecEnabled } = process;
  const tested = process.kind === "selftest" ? { target: process.target, probes: process.probes } : {};
  return { name, alias: aliasOf(resident, nonce), kind, host, mode, udpSecEnabled, deviceId, staticKey, ...tested };
}
