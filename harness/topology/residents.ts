import { aliasFor, makeIdentity, type Identity } from "./identities.ts";
import type { Topology, TopologyNode, TopologyProcess } from "./topology.ts";

/** A process and where it lives. */
export interface Resident {
  readonly node: TopologyNode;
  readonly process: TopologyProcess;
  /** For people: `a-dsoftbusd`; a second one of its kind is `a-selftest-2`. Guests are told its alias. */
  readonly name: string;
  /** Whose identity it has: `a/dsoftbusd`. */
  readonly owner: string;
}

/** @returns every process, in the order of nodes and processes */
export function residentsOf(topology: Topology): Resident[] {
  return topology.nodes.flatMap((node) =>
    node.processes.map((process, at): Resident => {
      const earlier = node.processes.slice(0, at).filter(({ kind }) => kind === process.kind).length;
      const kind = earlier === 0 ? process.kind : `${process.kind}-${earlier + 1}`;
      return { node, process, name: `${node.name}-${kind}`, owner: `${node.name}/${kind}` };
    }),
  );
}

/** How the guests of a run call it, whoever it is. @param nonce of the run */
export function aliasOf({ owner }: Resident, nonce: string): string {
  return aliasFor(nonce, owner);
}

/** @param nonce of the run */
export function identityOf({ owner }: Resident, nonce: string): Identity {
  return makeIdentity(nonce, owner);
}

/** So many cases run at a time: a machine has one connection of a device. */
const SUITE_DEVICES = 4;

/** Devices that the suite plays as, beside its resident's own. @returns none for any other resident. @param nonce of the run */
export function suiteDevicesOf(
  { owner, node }: Resident,
  nonce: string,
): readonly { readonly identity: Identity; readonly alias: string }[] {
  if (node.cases === undefined) return [];
  return Array.from({ length: SUITE_DEVICES }, (_, index) => {
    const name = `${owner}/suite-${index + 1}`;
    return { identity: makeIdentity(nonce, name), alias: aliasFor(nonce, name) };
  });
}

/** Somebody whom no table lists: what a self-test dials as to be refused. @param nonce of the run */
export function strangerOf({ owner }: Resident, nonce: string): Identity {
  return makeIdentity(nonce, `${owner}/stranger`);
}
