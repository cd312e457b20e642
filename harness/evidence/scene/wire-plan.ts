/** Who may speak on which wire, from the harness's own plan: nothing of it comes from a guest. */

export interface WirePlan {
  /** By tap: `a.0`. */
  readonly wires: Readonly<Record<string, Wire>>;
}

/** What one NIC is plugged into. */
export interface Wire {
  readonly stations: readonly Station[];
  /** Where daemons listen, UDP and TCP. */
  readonly listeners: readonly Socket[];
  /** Processes that try the port behind a shut entropy gate, which they do with an empty datagram. */
  readonly gateProbes: number;
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
