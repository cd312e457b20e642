/** Which NICs are whose, by the plan: rules that hold a process against the wire look at its own. */
import { printersOf, type MarkerEntry } from "../../markers/manifest.ts";
import type { NodeNeeds } from "../../topology/plan.ts";
import { residentsOf } from "../../topology/residents.ts";
import type { Topology, TopologyNode, TopologyProcess } from "../../topology/topology.ts";

/** @returns NICs (`a.1`) of the processes that may print a marker; undefined: its entry names none of this node's */
export function nicsOfPrinter({ node }: NodeNeeds, marker: Pick<MarkerEntry, "process">) {
  const printers = printersOf(marker);
  const printing = node.processes.filter(({ kind }) => printers.includes(kind));
  const nics = new Set(printing.flatMap((process) => nicOf(node, process) ?? []));
  return nics.size === 0 ? undefined : [...nics];
}

/** @param source of an event: `selftest`, `selftest-2` @returns its NIC; undefined: nobody has that name */
export function nicOfSource(topology: Topology, node: string, source: string): string | undefined {
  const resident = residentsOf(topology).find(({ owner }) => owner === `${node}/${source}`);
  return resident === undefined ? undefined : nicOf(resident.node, resident.process);
}

function nicOf({ name, nics }: TopologyNode, { namespace }: TopologyProcess): string | undefined {
  const at = nics.findIndex((nic) => nic.namespace === namespace);
  return at === -1 ? undefined : `${name}.${at}`;
}
