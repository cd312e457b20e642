/** Who may speak on which wire, from the harness's own plan: nothing of it comes from a guest. */

export interface WirePlan {
  /** By tap: `a.0`. */
  readonly wires: Readonly<Record<string, Wire>>;
  /** Between two of them. */
  readonly gateway?: PlannedGateway;
}

/** Whether it makes a difference who is outside (RFC 4787 4 and 5); none: there is no translation, or nobody is kept out. */
export type PlannedDependence = "none" | "endpoint-independent" | "endpoint-dependent";

export interface PlannedGateway {
  readonly inside: PlannedLeg;
  readonly outside: PlannedLeg;
  readonly mapping: PlannedDependence;
  readonly filtering: PlannedDependence;
  readonly udpTimeoutMs: number;
  /** Its mappings ended when an earlier run's log said so, not by the clock. */
  readonly isReplayed?: boolean;
}

export interface PlannedLeg {
  readonly tap: string;
  readonly mac: string;
  readonly ip: string;
  readonly wire: Wire;
}

/** What one NIC is plugged into. */
export interface Wire {
  readonly stations: readonly Station[];
  /** Where daemons listen, UDP and TCP. */
  readonly listeners: readonly Socket[];
  /** What a gateway on it leads to. */
  readonly beyond?: Beyond;
  /** Processes that try the port behind a shut entropy gate, which they do with an empty datagram. */
  readonly gateProbes: number;
}

export interface Beyond {
  /** Of the gateway. */
  readonly mac: string;
  /** Whom packets at it are for, and from. */
  readonly hosts: readonly string[];
}

export interface Station {
  readonly mac: string;
  readonly ip: string;
  /** Its NIC; undefined: it is QEMU's user network, which is captured where it speaks to and nowhere else. */
  readonly tap: string | undefined;
}

export interface Socket {
  readonly ip: string;
  readonly port: number;
}

export function stationOf({ stations }: Wire, mac: string): Station | undefined {
  return stations.find((station) => station.mac === mac);
}
