import { guestKind } from "../../guests/registry.ts";
import type { PrintedMarker } from "../../evidence/scene/evidence-input.ts";
import type { Profile, ProfileNode } from "../../profiles/schema.ts";
import { SESSION_PORT, type ListeningPorts } from "../../topology/addressing.ts";

/** Whose traffic is judged as one: all that goes to a port, and who says what of it. */
export interface Listeners {
  readonly port: number;
  /** Nodes that are dialled there. */
  readonly nodes: readonly string[];
  /** Whether a marker is about them. */
  readonly concerns: (marker: Pick<PrintedMarker, "id" | "node">) => boolean;
}

/**
 * Machines listen on one port, and their traffic is looked at as a whole. Each daemon on the host has a port of its own: what one of
 * them says of its transport is no word about another's.
 */
export function listenersOf(profile: Profile, ports: ListeningPorts): Listeners[] {
  const onHost = profile.node.filter(({ guest }) => !guestKind(guest).hasNics);
  if (onHost.length === 0) {
    return [{ port: SESSION_PORT, nodes: profile.node.map(({ name }) => name), concerns: () => true }];
  }
  return onHost.map(({ name }) => ({
    port: ports.get(name) ?? SESSION_PORT,
    nodes: [name],
    concerns: ({ id, node }) => node === name || isEarnedAt(profile.node, { id, node }, name),
  }));
}

/** A probe's marker is about the daemon that its self-test probes; what a daemon says is about those that it dials over udp-sec: of tcp it says nothing. */
function isEarnedAt(nodes: readonly ProfileNode[], { id, node }: Pick<PrintedMarker, "id" | "node">, target: string) {
  const processes = nodes.find(({ name }) => name === node)?.process ?? [];
  const probing = processes.filter(
    (process) => process.kind === "selftest" && process.probes.some((probe) => id === `${probe}-ok`),
  );
  if (probing.length > 0) return probing.some((process) => process.kind === "selftest" && process.target === target);
  return processes.some(
    (process) => process.kind === "dsoftbusd" && process.mode !== "tcp" && process.dials.includes(target),
  );
}
